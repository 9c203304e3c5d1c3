// A page that follows along: its middle is asked for again every few seconds, while it is looked at
// and nothing in it is about to be used. With data-still there is nothing more to come.

const EVERY = 3000; // milliseconds

const middle = () => document.getElementById("live");

function inUse(live) {
  const chosen = document.getSelection();
  const written = [...live.querySelectorAll("input:not([type=hidden])")].some(
    (field) => field.checked || (field.type !== "checkbox" && field.value !== field.defaultValue),
  );
  return written || live.contains(document.activeElement) || (!chosen.isCollapsed && chosen.containsNode(live, true));
}

function replace(live, found) {
  const scrolled = [...live.querySelectorAll(".wide")].map((region) => region.scrollLeft);
  live.replaceWith(found);
  found.querySelectorAll(".wide").forEach((region, place) => (region.scrollLeft = scrolled[place] ?? 0));
  document.dispatchEvent(new Event("replaced"));
}

async function look() {
  if (!document.hidden && !inUse(middle())) {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.redirected) return location.reload(); // logged out meanwhile
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
      if (found && !inUse(middle())) replace(middle(), found);
    } catch {
      // The server is away; the next look may find it.
    }
  }
  follow();
}

function follow() {
  if (!("still" in middle().dataset)) setTimeout(look, EVERY);
}
follow();
