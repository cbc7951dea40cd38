// The states of a video in words.

/** Where a video failed. */
export const failedAt = { decode: 'No frames can be taken from it', index: 'It cannot be indexed' };

/** A video's state, and how far its stage is. */
export function stateOf(video) {
  if (video.state === 'indexed')
    return 'Searchable';
  if (video.state === 'failed')
    return 'Failed';
  if (video.further)
    return `${video.further.stage === 'index' ? 'Being indexed' : 'Frames are taken'}, ${video.further.percent} %`;
  return video.state === 'decoded' ? 'Being indexed' : 'Frames are not taken yet';
}
