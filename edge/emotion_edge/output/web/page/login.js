// Log in, and go to the page.

import { byId, number, say, setText } from "./dom.js";

async function logIn() {
  const answer = await fetch("/login", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Emotion-Edge": "1" },
    body: JSON.stringify({ password: byId("password").value }),
    signal: AbortSignal.timeout(20000),
  });
  if (answer.ok) return location.replace(`/${location.search}`);
  if (answer.status === 429) {
    const wait = Number(answer.headers.get("Retry-After")) || 1;
    return refuse(say("too_many_attempts", { seconds: number(wait, 0, "second") }));
  }
  if (answer.status === 403) return refuse(say("wrong_password"));
  const problem = await answer.json().catch(() => ({}));
  return refuse(say("failed", { error: problem.error ?? answer.status }));
}

function refuse(text) {
  setText(byId("message"), text);
  byId("password").select();
}

byId("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  setText(byId("message"), "");
  await logIn().catch(() => refuse(say("no_answer")));
});

// A browser keeps the session's cookie back when another site's link leads here, but not now.
if (document.referrer && new URL(document.referrer).origin !== location.origin) {
  const answer = await fetch("/api/state");
  if (answer.ok) location.replace(`/${location.search}`);
}
