/** Reads barcodes with the camera, where the browser can. */

interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}

declare global {
  var BarcodeDetector: (new () => Detector) | undefined;
}

const EVERY_MS = 150;

/** Films into `video` until a code is seen, `failed`, or the returned function is called. */
export function startCamera(video: HTMLVideoElement, seen: (code: string) => void, failed: () => void): () => void {
  let stream: MediaStream | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    for (const track of stream?.getTracks() ?? []) track.stop();
  };

  const film = async () => {
    const Kind = globalThis.BarcodeDetector;
    if (Kind === undefined) throw new Error("no detector");
    const detector = new Kind();
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = stream;
    await video.play();
    const look = async (): Promise<void> => {
      const [found] = await detector.detect(video).catch(() => []);
      if (stopped) return;
      if (found === undefined) {
        timer = setTimeout(() => void look(), EVERY_MS);
        return;
      }
      stop();
      seen(found.rawValue);
    };
    await look();
  };
  film().catch(() => {
    stop();
    failed();
  });
  return stop;
}
