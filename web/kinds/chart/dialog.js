/**
 * The dialog that asks for a table and shows the chart it would make while it is typed. What was typed is there again when the
 * dialog was closed without the chart being made, unless that was the wish (rule EDT1).
 */

import { ChartContent } from "./content.js";
import { textOfFile } from "../../lib/decodetext.js";
import { make, setText } from "../../ui/dom.js";
import { chartTypeText, text } from "../../text/kinds/chart.js";
import { readTable } from "./tables.js";

/** @import {TableChart} from "./csv.js" */
/** @import {Unsaved} from "../../ui/unsaved.js" */

/** @typedef {{table: string, type: string, title: string}} Typed */

const PREVIEW = { width: 420, height: 260 };

export class ChartDialog {
  node = make("dialog", { class: "chart-dialog", "aria-labelledby": "chart-dialog-title" });
  #add;
  #unsaved;
  #table = make("textarea", { id: "chart-table", rows: "5", spellcheck: "false", placeholder: text.tableExample });
  #type = make("select", { id: "chart-type" });
  #title = make("input", { id: "chart-title", type: "text", maxlength: "200" });
  #preview = make("div", { class: "chart-preview element", role: "img", "aria-label": text.preview });
  #empty = make("p", { class: "chart-empty", role: "status" }, text.noTable);
  #submit = make("button", { type: "submit", class: "primary" }, text.add);
  /** @type {ChartContent | null} */
  #content = null;
  /** What the table says. @type {TableChart | null} */
  #read = null;
  #latest = 0;

  /**
   * @param {(chart: TableChart) => boolean} add tells whether it was made
   * @param {Unsaved<Typed>} unsaved
   */
  constructor(add, unsaved) {
    this.#add = add;
    this.#unsaved = unsaved;
    this.#type.append(...chartTypeText.map(([value, name]) => make("option", { value }, name)));
    const file = make("input", { type: "file", id: "chart-file", accept: ".csv,.tsv,.tab,text/csv", class: "visually-hidden" });
    const cancel = make("button", { type: "button" }, text.cancel);
    const form = make(
      "form",
      { method: "dialog" },
      make("h2", { id: "chart-dialog-title" }, text.dialog),
      make("p", { class: "hint" }, text.tableHint),
      field(text.table, this.#table),
      make("div", { class: "file-row" }, file, make("label", { for: file.id, class: "file-button" }, text.chooseFile)),
      make("div", { class: "two" }, field(text.type, this.#type), field(text.title, this.#title)),
      make("div", { class: "chart-room" }, this.#preview, this.#empty),
      make("div", { class: "dialog-buttons" }, cancel, this.#submit),
    );
    this.node.append(form);
    this.#table.addEventListener("input", () => void this.#readTable());
    for (const input of [this.#type, this.#title]) input.addEventListener("input", () => this.#draw());
    form.addEventListener("input", () => this.#keep());
    file.addEventListener("change", async () => {
      const [chosen] = file.files ?? [];
      file.value = "";
      if (!chosen) return;
      try {
        this.#table.value = await textOfFile(chosen);
      } catch {
        return setText(this.#empty, text.fileUnreadable); // what was typed stays
      }
      await this.#readTable();
      this.#keep();
    });
    cancel.addEventListener("click", () => {
      this.#unsaved.forget();
      this.node.close();
    });
    form.addEventListener("submit", (event) => this.#finish(event));
    this.node.addEventListener("close", () => this.#clear());
  }

  open() {
    if (this.node.open) return;
    this.#read = null;
    this.#table.value = this.#title.value = "";
    this.#draw();
    this.node.showModal();
    this.#table.focus();
    const typed = this.#unsaved.recall();
    if (typed && [typed.table, typed.type, typed.title].every((one) => typeof one === "string")) void this.#typeAgain(typed);
  }

  /** @param {Typed} typed */
  async #typeAgain({ table, type, title }) {
    this.#table.value = table;
    this.#table.select();
    await this.#readTable();
    if (!this.#read) return;
    this.#type.value = type;
    this.#title.value = title;
    this.#draw();
  }

  #keep() {
    const [table, type, title] = [this.#table.value, this.#type.value, this.#title.value];
    if (table.trim() === "") this.#unsaved.forget();
    else this.#unsaved.keep({ table, type, title });
  }

  async #readTable() {
    const number = ++this.#latest;
    const chart = await readTable(this.#table.value);
    if (number !== this.#latest) return; // typed on meanwhile
    const untouched = this.#title.value === (this.#read?.data.title ?? "");
    if (chart && untouched) this.#title.value = chart.data.title;
    if (chart && chart.chart_type !== this.#read?.chart_type) this.#type.value = chart.chart_type;
    this.#read = chart;
    this.#draw();
  }

  /** @returns {TableChart | null} with what was chosen */
  #chart() {
    if (!this.#read) return null;
    const title = this.#title.value.trim();
    return { chart_type: this.#type.value, data: { ...this.#read.data, title } };
  }

  #draw() {
    const chart = this.#chart();
    this.#preview.hidden = chart === null;
    setText(this.#empty, chart ? "" : text.noTable);
    this.#submit.disabled = chart === null;
    if (!chart) return;
    if (!this.#content) {
      this.#content = new ChartContent(this.#preview);
      this.#content.resize(PREVIEW.width, PREVIEW.height);
    }
    this.#content.show({ type: "Chart", ...chart });
  }

  #clear() {
    this.#content?.close();
    this.#content = null;
    this.#preview.replaceChildren();
    this.#latest++;
  }

  /** @param {SubmitEvent} event */
  #finish(event) {
    event.preventDefault();
    const chart = this.#chart();
    if (!chart) return;
    this.node.close();
    if (this.#add(chart)) this.#unsaved.forget();
  }
}

/**
 * @param {string} label
 * @param {HTMLElement} input
 * @returns {HTMLElement}
 */
function field(label, input) {
  return make("div", { class: "field" }, make("label", { for: input.id }, label), input);
}
