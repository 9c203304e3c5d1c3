// Of the file that was sent, the entries that failed: to be corrected, and sent again. The file stays here.

const section = document.getElementById("failed-entries");
const again = document.getElementById("again");
const said = document.getElementById("again-said");

async function pick(file) {
  const document_ = JSON.parse(await file.text());
  const answer = await fetch(`/imports/${section.dataset.import}/errors.json`);
  const errors = await answer.json();
  const wanted = new Set(errors.map((each) => each.index).filter(Number.isInteger));
  const scores = document_.scores.filter((_, index) => wanted.has(index));
  if (!scores.length) throw new Error("none");
  const { classes, ...kept } = document_;
  return { count: scores.length, text: JSON.stringify({ ...kept, scores }, null, 2) };
}

if (again) {
  again.hidden = false;
  document.getElementById("original").addEventListener("change", async (event) => {
    try {
      const { count, text } = await pick(event.target.files[0]);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
      link.download = "failed-entries.json";
      link.textContent = "Download them";
      said.replaceChildren(`${count} entries failed. `, link);
    } catch {
      said.textContent = "That does not seem to be the file that was imported.";
    }
  });
}
