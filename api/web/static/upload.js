// Files that are dropped: what each is, how far it is sent, and how its import goes.
import { follow } from "./follow.js";
import { partOf } from "./part.js";

const API = "/api/v1/import";
const BEGINNING = 64 * 1024; // bytes that are enough to tell what a file is
const FOUND = 50; // lines that are shown of what a check found
const AT_ONCE = 2; // files that are sent at a time

const section = document.getElementById("upload");
const drop = document.getElementById("drop");
const chooser = document.getElementById("files");
const text = document.getElementById("text");
const queue = document.getElementById("queue");
const actions = document.getElementById("actions");
const status = document.getElementById("status");
const row = document.getElementById("row");
const entries = [];

function said(count) {
  return count === 1 ? "1 file" : `${count} files`;
}

class Entry {
  constructor(file) {
    this.file = file;
    this.state = "new"; // then: checking, sending, importing, done, failed
    this.key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    this.item = row.content.firstElementChild.cloneNode(true);
    this.select = this.item.querySelector("select");
    this.progress = this.item.querySelector("progress");
    this.item.querySelector("h3").textContent = file.name;
    this.progress.setAttribute("aria-label", `How much of ${file.name} is sent`);
    this.select.addEventListener("change", () => this.showFields());
    this.item.querySelector(".import").addEventListener("click", () => this.send());
    this.item.querySelector(".check").addEventListener("click", () => this.check());
    this.item.querySelector(".remove").addEventListener("click", () => this.remove());
    queue.append(this.item);
    this.ready = this.guess();
  }

  say(words, isBad = false) {
    const place = this.item.querySelector(".said");
    if (place.textContent !== words) place.textContent = words;
    place.classList.toggle("bad", isBad);
  }

  hint(words) {
    this.item.querySelector(".hint").textContent = words;
  }

  async guess() {
    const form = new FormData();
    form.append("scoreData", this.file.slice(0, BEGINNING), this.file.name);
    this.hint("Looking at it …");
    try {
      const answer = await fetch(`${API}/guess`, { method: "POST", body: form });
      const content = await answer.json();
      if (!content.success) {
        this.hint("");
        this.offer(section.dataset.types.split(" ").map((importType) => ({ importType, fields: [] })));
        this.failed(answer.status, content.description);
        return;
      }
      const { guesses, others } = content.body;
      this.hint(
        guesses.length ? `It looks like ${guesses[0].importType}.` : "What it is cannot be told: please choose.",
      );
      this.offer([...(guesses.length ? [] : [{ importType: "", fields: [] }]), ...guesses, ...others]);
    } catch {
      this.hint("");
      this.say("The server does not answer. Please try again.", true);
    }
  }

  offer(types) {
    this.types = types;
    this.select.replaceChildren(
      ...types.map((each) => new Option(each.importType || "choose …", each.importType)),
    );
    this.showFields();
  }

  showFields() {
    const chosen = this.types.find((each) => each.importType === this.select.value);
    this.item.querySelector(".fields").replaceChildren(
      ...(chosen?.fields ?? [])
        .filter((each) => each.name === "playtype")
        .map((each) => {
          const label = document.createElement("label");
          const choice = document.createElement("select");
          choice.name = each.name;
          choice.append(new Option("choose …", ""), new Option("SP"), new Option("DP"));
          choice.value = each.given ?? "";
          label.append("Playtype ", choice);
          return label;
        }),
    );
  }

  get isReady() {
    return this.state === "new" || this.state === "failed";
  }

  // What is sent of it; null where something has to be chosen first.
  form() {
    const fields = [...this.item.querySelectorAll(".fields select")];
    if (!this.select.value || fields.some((each) => !each.value)) {
      this.say("Please choose what it is first.", true);
      return null;
    }
    const form = new FormData();
    form.append("importType", this.select.value);
    for (const each of fields) {
      form.append(each.name, each.value);
      form.append("assertPlaytypeCorrect", "true");
    }
    form.append("scoreData", this.file, this.file.name);
    return form;
  }

  // Asks what an import would do. Nothing is stored.
  async check() {
    await this.ready;
    const form = this.isReady ? this.form() : null;
    if (form === null) return;
    this.become("checking");
    this.say("Checking …");
    this.report();
    try {
      const answer = await fetch(`${API}/file?check=true`, { method: "POST", body: form });
      const content = await answer.json();
      if (!content.success) return this.failed(answer.status, content.description);
      if (answer.status === 200) return this.checked(content.body);
      follow(
        content.body.importID,
        (words) => this.say(words),
        async (failure) => {
          if (failure !== null) return this.failed(400, failure);
          const told = await fetch(`/api/v1/imports/${content.body.importID}/poll-status`);
          this.checked((await told.json()).body);
        },
      );
    } catch {
      this.failed(0, "The server does not answer. Please try again.");
    }
  }

  checked(report) {
    this.become("new");
    if (report.refusal) {
      this.say(`It would be refused: ${report.refusal.message}`, true);
    } else {
      const { stored, orphaned, refused, duplicates } = report.counts;
      this.say(
        `Checked, nothing is stored. An import would bring ${stored} scores, keep ${orphaned} orphans, ` +
          `refuse ${refused} entries and pass over ${duplicates} duplicates.`,
      );
    }
    this.report([
      ...report.errors.map((each) => `Entry ${each.index}, ${each.identifier}: ${each.message}`),
      ...report.violations.map((each) => `${each.path}: ${each.message}`),
      ...report.warnings,
    ]);
  }

  // What a check found, a line each.
  report(lines = []) {
    const shown = lines.slice(0, FOUND);
    if (lines.length > shown.length) shown.push(`and ${lines.length - shown.length} more`);
    this.item.querySelector(".report").replaceChildren(
      ...shown.map((line) => {
        const item = document.createElement("li");
        item.textContent = line;
        return item;
      }),
    );
  }

  async send() {
    await this.ready;
    const form = this.isReady ? this.form() : null;
    if (form === null) return;
    this.report();
    this.become("sending");
    this.say("Sending …");
    await new Promise((settled) => {
      const request = new XMLHttpRequest();
      request.open("POST", `${API}/file`);
      request.setRequestHeader("X-User-Intent", "true");
      request.setRequestHeader("Idempotency-Key", this.key);
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) this.progress.value = event.loaded / event.total;
      });
      request.addEventListener("loadend", settled);
      request.addEventListener("load", () => this.answered(request));
      for (const name of ["error", "abort", "timeout"]) {
        request.addEventListener(name, () => this.failed(0, "The connection broke. Nothing is imported twice: please try again."));
      }
      request.send(form);
    });
  }

  answered(request) {
    let content;
    try {
      content = JSON.parse(request.responseText);
    } catch {
      content = { success: false, description: "The server's answer cannot be read. Please try again." };
    }
    if (!content.success) return this.failed(request.status, content.description);
    const importID = content.body.importID;
    this.become("importing");
    if (request.status === 200) return this.done(importID);
    this.progress.removeAttribute("value"); // under way, who knows for how long
    this.progress.setAttribute("aria-label", `${this.file.name} is imported`);
    follow(
      importID,
      (words) => this.say(words),
      (failure) => {
        if (failure === null) this.done(importID);
        else {
          // What is sent again now is another attempt.
          this.key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
          this.failed(400, failure);
        }
      },
    );
  }

  failed(code, words) {
    this.become("failed");
    if (code === 401) {
      this.say("You are not logged in any more. ", true);
      const link = document.createElement("a");
      link.href = "/login?next=/";
      link.target = "_blank";
      link.rel = "noopener";
      link.textContent = "Log in in another tab";
      this.item.querySelector(".said").append(link, ", then import it again here: the file is kept.");
    } else this.say(words, true);
  }

  async done(importID) {
    this.become("done");
    const link = document.createElement("a");
    link.href = `/imports/${importID}`;
    link.textContent = "See what came of it";
    this.say("");
    const place = this.item.querySelector(".said");
    try {
      const answer = await fetch(`/api/v1/imports/${importID}/document`);
      const { body } = await answer.json();
      place.append(
        `Imported: ${body.scoreIDs.length} scores, ${body.errors.length} errors, ${body.skipped.duplicates} duplicates. `,
        link,
      );
      if (body.errors.length) this.offerAgain(importID);
    } catch {
      place.append("Imported. ", link);
    }
  }

  // A button that puts what failed into the list, as a file of its own.
  offerAgain(importID) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "again";
    button.textContent = "Take out what failed";
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        const { part } = await partOf(importID, this.file);
        const entry = new Entry(part);
        entries.push(entry);
        await entry.ready;
        entry.choose(this);
        button.remove();
        entry.item.querySelector(".import").focus();
        summarise();
      } catch (problem) {
        button.disabled = false;
        this.report([problem.message]);
      }
    });
    this.item.querySelector(".buttons").prepend(button, " ");
  }

  // Is what another one is.
  choose(other) {
    this.select.value = other.select.value;
    this.showFields();
    const chosen = [...other.item.querySelectorAll(".fields select")];
    for (const each of this.item.querySelectorAll(".fields select")) {
      each.value = chosen.find((one) => one.name === each.name)?.value ?? each.value;
    }
  }

  become(state) {
    this.state = state;
    this.item.dataset.state = state;
    this.progress.hidden = !["sending", "importing"].includes(state);
    if (state === "sending") this.progress.value = 0;
    const isOpen = state === "new" || state === "failed";
    this.select.disabled = !isOpen;
    for (const each of this.item.querySelectorAll(".fields select")) each.disabled = !isOpen;
    const button = this.item.querySelector(".import");
    button.hidden = !isOpen;
    button.textContent = state === "failed" ? "Import again" : "Import";
    this.item.querySelector(".check").hidden = !isOpen;
    this.item.querySelector(".remove").hidden = ["sending", "importing", "checking"].includes(state);
    summarise();
  }

  remove() {
    entries.splice(entries.indexOf(this), 1);
    this.item.remove();
    summarise();
    chooser.focus();
  }
}

function summarise() {
  actions.hidden = entries.filter((each) => each.isReady).length < 2;
  const done = entries.filter((each) => each.state === "done").length;
  const failed = entries.filter((each) => each.state === "failed").length;
  const parts = [];
  if (done) parts.push(`${said(done)} imported`);
  if (failed) parts.push(`${said(failed)} failed`);
  status.textContent = parts.join(", ");
}

function add(files) {
  for (const file of files) entries.push(new Entry(file));
  summarise();
}

async function sendAll() {
  const waiting = entries.filter((each) => each.isReady);
  const one = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await next.send();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

chooser?.addEventListener("change", () => {
  add(chooser.files);
  chooser.value = "";
});
document.getElementById("start")?.addEventListener("click", sendAll);
document.getElementById("add-text")?.addEventListener("click", () => {
  if (!text.value.trim()) return;
  add([new File([text.value], "pasted.json", { type: "application/json" })]);
  text.value = "";
});
for (const name of ["dragover", "dragenter"]) {
  drop?.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
drop?.addEventListener("dragleave", () => drop.classList.remove("over"));
drop?.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  add(event.dataTransfer.files);
});
