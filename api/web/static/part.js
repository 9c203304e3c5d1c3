// The entries of an import that failed, taken out of its file by the server, which keeps nothing of it.

// Returns { part, count }: a File, and how many entries it has. Throws an Error that can be shown.
export async function partOf(importID, file, kind = "") {
  const form = new FormData();
  form.append("scoreData", file, file.name);
  const query = kind ? `?${new URLSearchParams({ type: kind })}` : "";
  let answer;
  try {
    const path = `/api/v1/imports/${encodeURIComponent(importID)}/failed-entries${query}`;
    answer = await fetch(path, { method: "POST", body: form });
  } catch {
    throw new Error("The server does not answer. Please try again.");
  }
  if (!answer.ok) {
    const content = await answer.json().catch(() => null);
    throw new Error(content?.description ?? "That did not work. Please try again.");
  }
  return {
    part: new File([await answer.blob()], `failed-${file.name}`),
    count: Number(answer.headers.get("X-Entries")),
  };
}
