/**
 * The two places where text becomes a script address or a document (W3C Trusted Types): everywhere else the browser
 * refuses it, by the policy that the page comes with. Browsers without Trusted Types take the text as it is.
 */

import { pathInSite } from "./site.js";

/**
 * The part of the API that is used here.
 *
 * @typedef {{createHTML: (text: string) => string, createScriptURL: (address: string) => string}} TrustedTypePolicy
 * @typedef {{createPolicy: (name: string, rules: TrustedTypePolicy) => TrustedTypePolicy}} TrustedTypePolicyFactory
 */

const VENDORED = /^vendor\/[\w./-]+\.js$/;

/** @type {TrustedTypePolicy} */
const rules = {
  createHTML: (text) => text,
  createScriptURL(address) {
    if (VENDORED.test(pathInSite(address) ?? "") && !address.includes("..")) return address;
    throw new TypeError("only scripts that come with the page are loaded");
  },
};
const { trustedTypes } = /** @type {{trustedTypes?: TrustedTypePolicyFactory}} */ (globalThis);
const policy = trustedTypes?.createPolicy("canvas-server", rules) ?? rules;

/**
 * Load a vendored script that is no module: it hangs itself on the window.
 *
 * @param {string} address path on this server, below `vendor/` of the site
 * @returns {Promise<void>} rejected where it cannot be loaded
 */
export function loadScript(address) {
  const script = document.createElement("script");
  script.src = policy.createScriptURL(address);
  return loaded(script);
}

/**
 * @param {string} address of a style sheet on this server
 * @returns {Promise<void>} rejected where it cannot be loaded
 */
export function loadStyle(address) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = address;
  return loaded(link);
}

/**
 * Read XML to look at it: nothing in it is loaded or run, and none of its nodes may come into the page.
 *
 * @param {string} source
 * @returns {Document}
 */
export function parseSvg(source) {
  return new DOMParser().parseFromString(policy.createHTML(source), "image/svg+xml");
}

/**
 * @param {HTMLElement} node
 * @returns {Promise<void>}
 */
function loaded(node) {
  return new Promise((resolve, reject) => {
    node.addEventListener("load", () => resolve());
    node.addEventListener("error", () => {
      node.remove();
      reject(new Error("a part of the page could not be loaded"));
    });
    document.head.append(node);
  });
}
