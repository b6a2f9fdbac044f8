// The browser's cookie is set and taken away by the server alone, in its answers to these requests: no script can read it.
// A ticket is handed in once; where the server did not answer, once more with the next drawing of the frame.
let done = null;

async function runErrand({ address, ticket, leave }) {
  const errand = ticket ?? (leave ? "leave" : null);
  if (errand === done) return;
  done = errand;
  if (errand === null) return;
  try {
    await fetch(address, ticket ? { method: "POST", body: ticket, keepalive: true } : { method: "DELETE", keepalive: true });
  } catch {
    done = null;
  }
}
