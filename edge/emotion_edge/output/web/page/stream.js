// The daemon's stream of pictures (MJPEG), drawn on a canvas.
//
// An <img> would be shorter. But no browser tells when the stream of an <img> has ended: its last
// picture would stay for ever, and look as if it were of now.

/**
 * Draw each picture of the stream; return a function that stops that. drawn: called after each
 * one. ended: called when the stream has ended although nobody stopped it, with the HTTP status of
 * a refusal, else 0.
 */
export function play(canvas, drawn, ended) {
  const control = new AbortController();
  const tell = (error) => control.signal.aborted || ended(error?.status ?? 0);
  draw(canvas, control.signal, drawn).then(tell, tell);
  return () => control.abort();
}

async function draw(canvas, signal, drawn) {
  const answer = await fetch("/stream.mjpg", { signal });
  if (!answer.ok) throw Object.assign(new Error("refused"), { status: answer.status });
  for await (const jpeg of parts(answer.body.getReader())) {
    const picture = await createImageBitmap(new Blob([jpeg]));
    if (signal.aborted) return;
    [canvas.width, canvas.height] = [picture.width, picture.height];
    canvas.getContext("2d").drawImage(picture, 0, 0);
    picture.close();
    drawn();
  }
}

/** Yield the body of each part of a stream of type multipart/x-mixed-replace. */
async function* parts(reader) {
  let bytes = new Uint8Array();
  for (;;) {
    const part = firstPart(bytes);
    if (part) {
      yield part.body;
      bytes = bytes.subarray(part.end);
      continue;
    }
    const { done, value } = await reader.read();
    if (done) return;
    const both = new Uint8Array(bytes.length + value.length);
    both.set(bytes);
    both.set(value, bytes.length);
    bytes = both;
  }
}

/** Return a part's body and where it ends; null if it has not come completely. */
function firstPart(bytes) {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 1000));
  const found = /Content-Length: (\d+)\r\n(?:.+\r\n)*\r\n/i.exec(head);
  if (!found) return null;
  const start = found.index + found[0].length;
  const end = start + Number(found[1]);
  return bytes.length < end ? null : { body: bytes.subarray(start, end), end };
}
