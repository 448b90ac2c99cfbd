/**
 * Bundles ES modules: what a page starts with is one file, each `import()` a chunk of its own.
 *
 * The bundler by itself puts every set of modules that two parts share into a file, two dozen before the page starts;
 * here what the entry imports statically stays together, and the lazy chunks import from it.
 */

import { rolldown } from "rolldown";

const TARGET = "es2022";

/**
 * @typedef {object} Chunk
 * @property {string} code
 * @property {string} map source map (ECMA-426) without the sources, which are served beside it; empty: there is none
 * @property {boolean} isLazy it is not loaded before the page starts
 * @property {{[path: string]: number}} modules bytes of each module, by its path in the site
 */

/**
 * @typedef {object} ModuleBundle
 * @property {string} entry name of the file that the document loads
 * @property {string[]} preloads names of what that file imports
 * @property {Map<string, Chunk>} chunks by name
 */

/**
 * @param {string} web folder of the site
 * @param {string} script its path in the site
 * @returns {Promise<ModuleBundle>}
 */
export async function bundledModules(web, script) {
  const name = script.replace(/^.*\/|\.js$/g, "");
  const bundler = await rolldown({ ...inputOf(web, script), preserveEntrySignatures: false });
  /** @type {Set<string> | undefined} */
  let early;
  const { output } = await bundler.generate({
    format: "esm",
    minify: true,
    comments: false,
    sourcemap: "hidden",
    sourcemapExcludeSources: true,
    hashCharacters: "base36",
    entryFileNames: "[name]-[hash].js",
    chunkFileNames: "[name]-[hash].js",
    codeSplitting: {
      groups: [{ debugName: "early", name: (id, graph) => ((early ??= staticImports(`${web}/${script}`, graph)).has(id) ? name : null) }],
    },
  });
  await bundler.close();
  const found = output.filter((file) => file.type === "chunk");
  const entry = found.find(({ isEntry }) => isEntry);
  if (!entry) throw new Error(`${script} was not bundled`);
  const start = found.find(({ fileName }) => entry.code.trim() === `import"./${fileName}";`) ?? entry;
  const chunks = found.filter((chunk) => chunk === start || chunk !== entry).map((chunk) => /** @type {const} */ ([
    chunk.fileName,
    {
      code: chunk.code,
      map: mapOf(chunk.map, web),
      isLazy: chunk !== start && !start.imports.includes(chunk.fileName),
      modules: Object.fromEntries(
        Object.entries(chunk.modules).map(([id, { renderedLength }]) => [inSite(id, web), renderedLength]),
      ),
    },
  ]));
  return { entry: start.fileName, preloads: start.imports, chunks: new Map(chunks) };
}

/**
 * @param {string} web
 * @param {string} script path in the site of a classic script
 * @returns {Promise<string>} the script as it may stand in a document
 */
export async function bundledScript(web, script) {
  const input = inputOf(web, script);
  // It has no address but its document's (web/lib/site.js).
  const bundler = await rolldown({ ...input, transform: { ...input.transform, define: { "import.meta": "{}" } } });
  const { output } = await bundler.generate({ format: "iife", minify: true, comments: false, codeSplitting: false });
  await bundler.close();
  const code = output[0].code.trim();
  if (/<\/script|<!--/i.test(code)) throw new Error(`${script} ends the element in which it is to stand`);
  return code;
}

/**
 * @param {string} web
 * @param {string} script
 */
function inputOf(web, script) {
  return {
    input: `${web}/${script}`,
    cwd: web,
    transform: { target: TARGET },
    /** @param {{message: string}} warning */
    onwarn(warning) {
      throw new Error(warning.message);
    },
  };
}

/**
 * @param {string} entry
 * @param {{getModuleInfo: (id: string) => {importedIds: string[]} | null}} graph
 * @returns {Set<string>} the modules that are there before the entry runs
 */
function staticImports(entry, graph) {
  const found = new Set([entry]);
  for (const id of found) for (const next of graph.getModuleInfo(id)?.importedIds ?? []) found.add(next);
  return found;
}

/**
 * @param {{version: number, names: string[], sources: string[], mappings: string} | null} map
 * @param {string} web
 * @returns {string}
 */
function mapOf(map, web) {
  if (!map?.mappings) return "";
  const { version, names, sources, mappings } = map;
  return JSON.stringify({ version, sources: sources.map((each) => `../${inSite(each, web)}`), names, mappings });
}

/**
 * @param {string} id path of a module, absolute or from a folder below the site
 * @param {string} web
 */
function inSite(id, web) {
  return id.startsWith(`${web}/`) ? id.slice(web.length + 1) : id.replace(/^(\.\.\/)+/, "");
}
