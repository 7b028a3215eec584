import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import type { Box, Size } from '../api/types.ts';
import { Icon } from './icon.tsx';

export interface BoxedFace {
  readonly key: string;
  readonly box: Box;
  readonly label: string;
  /** Said instead, where the label is another's as well. */
  readonly spoken?: string;
  readonly tone: 'known' | 'unnamed' | 'nobody';
}

/** A picture with its faces outlined; choosing an outline chooses the face. */
export function BoxedPhoto(props: {
  src: string;
  alt: string;
  image: Size;
  faces: readonly BoxedFace[];
  chosen: string | null;
  onChoose: (key: string) => void;
}): JSX.Element {
  const { src, alt, image, faces, chosen, onChoose } = props;
  const [brokenSrc, setBrokenSrc] = useState<string | null>(null);
  return (
    <div
      class="boxed-photo"
      style={{
        aspectRatio: `${image.width} / ${image.height}`,
        '--photo-ratio': String(image.width / image.height),
      }}
    >
      {brokenSrc === src ? (
        <span class="photo-missing">
          <Icon name="photo" />
          The photo is not there any more.
        </span>
      ) : (
        <img
          src={src}
          alt={alt}
          onError={() => {
            setBrokenSrc(src);
          }}
        />
      )}
      {faces.map(({ key, box, label, spoken = label, tone }) => (
        <button
          key={key}
          type="button"
          class={`box ${tone}`}
          aria-pressed={key === chosen}
          aria-label={spoken}
          style={{
            left: percent(box.x, image.width),
            top: percent(box.y, image.height),
            width: percent(box.width, image.width),
            height: percent(box.height, image.height),
          }}
          onClick={() => {
            onChoose(key);
          }}
        >
          <span class="box-label" aria-hidden="true">
            {label}
          </span>
        </button>
      ))}
    </div>
  );
}

function percent(part: number, whole: number): string {
  return `${(part / whole) * 100}%`;
}
