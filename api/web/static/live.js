// A page that follows along: its middle is asked for again every few seconds, while it is looked at.

const EVERY = 3000; // milliseconds

async function look() {
  const live = document.getElementById("live");
  if (!document.hidden && !live.contains(document.activeElement)) {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.redirected) return location.reload(); // logged out meanwhile
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
      if (found) live.replaceChildren(...found.childNodes);
      document.dispatchEvent(new Event("replaced"));
    } catch {
      // The server is away; the next look may find it.
    }
  }
  setTimeout(look, EVERY);
}
setTimeout(look, EVERY);
