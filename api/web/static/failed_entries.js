// Of the file that was sent, the entries that failed: to be corrected, and sent again.
import { partOf } from "./part.js";

const section = document.getElementById("failed-entries");
const again = document.getElementById("again");
const said = document.getElementById("again-said");
let last = null;

if (again) {
  again.hidden = false;
  document.getElementById("original").addEventListener("change", async (event) => {
    const file = event.target.files[0];
    if (!file) return;
    if (last !== null) URL.revokeObjectURL(last);
    said.textContent = "Looking for them …";
    try {
      const { part, count } = await partOf(section.dataset.import, file, section.dataset.kind);
      last = URL.createObjectURL(part);
      const link = document.createElement("a");
      link.href = last;
      link.download = part.name;
      link.textContent = "Download them";
      said.replaceChildren(`${count} ${count === 1 ? "entry" : "entries"}: `, link);
    } catch (problem) {
      said.textContent = problem.message;
    }
  });
}
