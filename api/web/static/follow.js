// How a job goes, told as it happens: by the stream of events, and by polls where that fails.

const AGAIN = 1000; // milliseconds between two polls

// say(text): what is said of it; end(failure): null = it is done. Returns what stops it.
export function follow(jobID, say, end) {
  const path = `/api/v1/imports/${encodeURIComponent(jobID)}`;
  let stopped = false;
  let timer = null;

  function finish(failure) {
    if (!stopped) {
      stop();
      end(failure);
    }
  }

  async function poll() {
    if (stopped) return;
    try {
      const answer = await fetch(`${path}/poll-status`);
      const content = await answer.json();
      if (content.success && content.body?.importStatus !== "ongoing") return finish(null);
      if (content.success) say(content.description);
      else if (answer.status === 401) return finish("You are not logged in any more.");
      else if (answer.status !== 503 && answer.status !== 429) return finish(content.description);
    } catch {
      say("The server does not answer at the moment; this goes on by itself.");
    }
    timer = setTimeout(poll, AGAIN);
  }

  const events = new EventSource(`${path}/stream`);
  events.addEventListener("progress", (event) => say(JSON.parse(event.data).description));
  events.addEventListener("done", () => finish(null));
  events.addEventListener("import:failed", (event) => finish(JSON.parse(event.data).description));
  events.addEventListener("error", () => {
    // Whatever it was: a poll knows, and asks again by itself.
    events.close();
    if (!stopped && timer === null) poll();
  });

  function stop() {
    stopped = true;
    events.close();
    clearTimeout(timer);
  }
  return stop;
}
