import { turnPixels, type QuarterTurn } from '../image/raw-pixels.ts';
import type { Pixels } from '../image/pixels.ts';
import type { Detection } from './decode-detections.ts';
import type { Box } from './face.ts';
import { lookAt, type Detector, type Look } from './look.ts';

const TURNS: readonly QuarterTurn[] = [90, 270, 180];
/** Most photos have no face whichever way they are turned: a quarter of a look's cost each. */
const LOOK_FOR_ANY: Look = { longest: 1 / 3, margin: 1 / 16 };
const LOOK_FOR_BETTER: Look = { longest: 1, margin: 0 };
/**
 * Best scores below it are looked at again: one photo in seven of LFW's development view, and most
 * that lie on their side.
 */
const DOUBTFUL_SCORE = 0.9;
/** A turn must bring this much more, in scores added up, than the photo as it is, … */
const LEAST_GAIN = 0.3;
/** … and its best face this much more than the best as it is. */
const LEAST_BETTER = 0.05;

/**
 * Looks at the photo turned, when nothing was found on it as it is or what was found is doubtful, as
 * on a scan that lies on its side. The turn with most counts, or what was found before. Boxes lie
 * on the picture as it is; `turnDegrees` says how far clockwise to turn it.
 */
export async function lookAtTurned(
  pixels: Pixels,
  found: readonly Detection[],
  detector: Detector,
): Promise<readonly Detection[]> {
  if (bestScore(found) >= DOUBTFUL_SCORE) return found;
  return found.length === 0 ? lookForAny(pixels, detector) : lookForBetter(pixels, found, detector);
}

async function lookForAny(pixels: Pixels, detector: Detector): Promise<readonly Detection[]> {
  const any = await bestTurn(pixels, LOOK_FOR_ANY, detector);
  if (any.found.length === 0) return [];
  const closer = { turn: any.turn, look: LOOK_FOR_BETTER, detector };
  const found = await lookAtTurn(pixels, closer);
  return sumOfScores(found) > sumOfScores(any.found) ? found : any.found;
}

async function lookForBetter(
  pixels: Pixels,
  found: readonly Detection[],
  detector: Detector,
): Promise<readonly Detection[]> {
  const turned = await bestTurn(pixels, LOOK_FOR_BETTER, detector);
  const isBetter =
    sumOfScores(turned.found) > sumOfScores(found) + LEAST_GAIN &&
    bestScore(turned.found) > bestScore(found) + LEAST_BETTER;
  return isBetter ? turned.found : found;
}

interface Turned {
  readonly turn: QuarterTurn;
  readonly found: readonly Detection[];
}

async function bestTurn(pixels: Pixels, look: Look, detector: Detector): Promise<Turned> {
  let most: Turned = { turn: 90, found: [] };
  for (const turn of TURNS) {
    const found = await lookAtTurn(pixels, { turn, look, detector });
    if (sumOfScores(found) > sumOfScores(most.found)) most = { turn, found };
  }
  return most;
}

async function lookAtTurn(
  pixels: Pixels,
  how: { turn: QuarterTurn; look: Look; detector: Detector },
): Promise<Detection[]> {
  const turned = await lookAt(await turnPixels(pixels, how.turn), how.look, how.detector);
  return turned.map(({ box, score }) => ({
    box: turnBack(box, how.turn, pixels),
    score,
    turnDegrees: how.turn,
  }));
}

/** They come best first. */
function bestScore(detections: readonly Detection[]): number {
  return detections[0]?.score ?? 0;
}

function sumOfScores(detections: readonly Detection[]): number {
  return detections.reduce((sum, { score }) => sum + score, 0);
}

/** A box on the picture turned clockwise, on the picture as it was. */
function turnBack({ x, y, width, height }: Box, turn: QuarterTurn, pixels: Pixels): Box {
  switch (turn) {
    case 90:
      return { x: y, y: pixels.heightPx - x - width, width: height, height: width };
    case 180:
      return { x: pixels.widthPx - x - width, y: pixels.heightPx - y - height, width, height };
    case 270:
      return { x: pixels.widthPx - y - height, y: x, width: height, height: width };
  }
}
