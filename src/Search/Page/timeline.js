// What was found in a video, over its whole length: how near each part is to the query, and the moments as marks.

import { element, find } from './dom.js';
import { clock } from './format.js';

const columns = 400;

/**
 * Shows it.
 * length: the video's, in seconds. current: the segment that is open. found: segments that match. all: every segment, where
 * known.
 */
export function showMarks({ length, current, start, found, all }) {
  const marks = find('marks');
  marks.replaceChildren();
  if (!length)
    return legend([]);
  for (const segment of found)
    marks.append(mark(segment === current || segment.segment === current?.segment ? 'segment current' : 'segment',
      segment.start / length, segment.end / length, `${clock(segment.moment)}, one of the moments`));
  const parts = partsOf(all ?? []);
  if (parts.length > 1)
    marks.append(heatOf(parts, length)); // Above the marks, which would cover it.
  if (current)
    marks.append(mark('moment', start / length, start / length, `the moment, ${clock(start, true)}`));
  legend([
    current ? ['current', 'this moment'] : null,
    found.length > 1 ? ['other', `${found.length} moments in this video`] : null,
    parts.length > 1 ? ['nearness', 'how near each part of the video is to the query'] : null,
  ].filter(Boolean));
}

function mark(className, from, to, text) {
  const made = element('div', { className, title: text });
  made.style.setProperty('--from', from);
  made.style.setProperty('--to', Math.min(1, to));
  return made;
}

const legend = entries => find('legend').replaceChildren(
  ...entries.map(([className, text]) => element('li', { className }, text)));

/**
 * The video's parts with how near each is to the query, 0 to 1: its frames where the answer tells of them, by where they stand
 * among the video's own; else its segments, by their confidence where that is known.
 */
function partsOf(segments) {
  const frames = segments.flatMap(({ end, explanation }) => explanation
    ? explanation.texts.find(text => text.share > 0).frames.map(({ time, similarity }, at, all) =>
      ({ start: time, end: all[at + 1]?.time ?? end, value: similarity })) : []);
  if (frames.length)
    return amongThemselves(frames);
  const parts = segments.map(({ start, end, score, confidence }) => ({ start, end, value: confidence?.probability ?? score }));
  return segments.every(({ confidence }) => confidence) ? parts : amongThemselves(parts);
}

function amongThemselves(parts) {
  const low = Math.min(...parts.map(part => part.value)), high = Math.max(...parts.map(part => part.value));
  return parts.map(part => ({ ...part, value: high > low ? (part.value - low) / (high - low) : 0 }));
}

/** The parts as heights along the video. */
function heatOf(parts, length) {
  const heights = new Array(columns).fill(0);
  for (const { start, end, value } of parts) {
    const first = Math.floor(start / length * columns), last = Math.ceil(end / length * columns);
    for (let at = Math.max(0, first); at < Math.min(columns, last); at++)
      heights[at] = Math.max(heights[at], value);
  }
  const shape = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  shape.classList.add('nearness');
  shape.setAttribute('viewBox', `0 0 ${columns} 1`);
  shape.setAttribute('preserveAspectRatio', 'none');
  shape.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  const steps = heights.map((height, at) => `L${at} ${(1 - height).toFixed(3)}H${at + 1}`);
  path.setAttribute('d', `M0 1${steps.join('')}V1Z`);
  shape.append(path);
  return shape;
}
