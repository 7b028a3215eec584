import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { useApp } from '../app/app.ts';

/** A face cut from its photo; a silhouette where there is none. `alt` is empty beside its name. */
export function FaceImage(props: {
  faceId: string | null;
  sizePx?: 96 | 192 | 384;
  /** Of its photo, which may become another while it is shown. */
  version?: number;
  alt?: string;
  round?: boolean;
}): JSX.Element {
  const { faceId, sizePx = 192, version, alt = '', round = false } = props;
  const { api } = useApp();
  const [brokenFaceId, setBrokenFaceId] = useState<string | null>(null);
  const shape = round ? 'face round' : 'face';
  if (faceId === null || faceId === brokenFaceId) {
    return <Silhouette shape={shape} alt={alt} />;
  }
  return (
    <img
      class={shape}
      src={api.thumbnailUrl(faceId, sizePx, version)}
      alt={alt}
      width={sizePx}
      height={sizePx}
      loading="lazy"
      decoding="async"
      draggable={false}
      onError={() => {
        setBrokenFaceId(faceId);
      }}
    />
  );
}

function Silhouette({ shape, alt }: { shape: string; alt: string }): JSX.Element {
  const words = alt === '' ? { 'aria-hidden': true } : { role: 'img' as const, 'aria-label': alt };
  return (
    <svg class={`${shape} silhouette`} viewBox="0 0 64 64" {...words}>
      <circle cx="32" cy="25" r="12" />
      <path d="M8 64c0-15 11-23 24-23s24 8 24 23Z" />
    </svg>
  );
}
