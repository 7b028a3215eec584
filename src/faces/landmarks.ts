import type { UprightImage } from '../image/pixels.ts';
import { warpSquare } from '../image/warp.ts';
import type { FaceNets } from '../nets/net.ts';
import type { Box } from './face.ts';

/** Side of the landmark net's input (FaceLandmark68). */
const INPUT_PX = 112;
/** Crops given to the net at once; bounds memory on photos of crowds. */
const BATCH = 16;
const POINTS = 68;

/**
 * 68 landmarks for each box, as x0, y0, x1, y1 … in pixels of the upright photo, in the order of
 * `boxes`. Each crop is the square around the box's middle as wide as its longer side.
 */
export async function findLandmarks(
  image: UprightImage,
  boxes: readonly Box[],
  nets: FaceNets,
): Promise<number[][]> {
  const landmarks: number[][] = [];
  for (let start = 0; start < boxes.length; start += BATCH) {
    const squares = boxes.slice(start, start + BATCH).map(squareAround);
    const shares = await runOnSquares(image, squares, nets);
    squares.forEach((square, i) => {
      const points = shares.subarray(i * POINTS * 2, (i + 1) * POINTS * 2);
      landmarks.push(
        Array.from(
          points,
          (share, k) => (k % 2 === 0 ? square.x : square.y) + share * square.width,
        ),
      );
    });
  }
  return landmarks;
}

function squareAround({ x, y, width, height }: Box): Box {
  const side = Math.max(width, height);
  return { x: x + (width - side) / 2, y: y + (height - side) / 2, width: side, height: side };
}

async function runOnSquares(
  image: UprightImage,
  squares: readonly Box[],
  nets: FaceNets,
): Promise<Float32Array> {
  const cropLength = INPUT_PX * INPUT_PX * 3;
  const data = new Float32Array(squares.length * cropLength);
  squares.forEach((square, i) => {
    warpSquare({
      source: image.pixels,
      transform: {
        a: (square.width * image.scale) / INPUT_PX,
        b: 0,
        tx: square.x * image.scale,
        ty: square.y * image.scale,
      },
      sizePx: INPUT_PX,
      target: data,
      offset: i * cropLength,
    });
  });
  const [output] = await nets.landmarks.run({
    data,
    shape: [squares.length, INPUT_PX, INPUT_PX, 3],
  });
  if (output?.data.length !== squares.length * POINTS * 2) {
    throw new TypeError(`expected [${squares.length}, ${POINTS * 2}] from the landmark net`);
  }
  return output.data;
}
