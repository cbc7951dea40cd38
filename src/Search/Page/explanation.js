// Where a score comes from: the contrasts with the weights LSA gave them, attention over frames, and words over frames.

import { element } from './dom.js';
import { score } from './format.js';
import { showAt } from './strip.js';

const contrastNames = {
  'video-sentence': 'Segment ↔ sentence',
  'video-word': 'Segment ↔ words',
  'sentence-frame': 'Sentence ↔ frames',
  'frame-word': 'Frames ↔ words',
};

export function explain(place, { texts, fusion }, tools) {
  const ranks = fusion ? [element('p', { className: 'note ranks' }, ranksOf(fusion))] : [];
  place.replaceChildren(...ranks, ...texts.flatMap(text => [
    texts.length > 1
      ? element('h4', {},
      `${text.share < 0 ? 'But not' : 'Wanted'}: “${text.text}” · ${score(text.score)} × ${text.share.toFixed(2)}`) : null,
    ...explainText(text, tools),
  ].filter(Boolean)));
}

const ranksOf = ({ visualRank, transcriptRank, transcriptWeight }) =>
  `By what is seen it is number ${visualRank}; ${transcriptRank
    ? `by what is said number ${transcriptRank}, which counts ${transcriptWeight} times as much`
    : 'none of the words is said in it'}.`;

function explainText({ contrasts, frames, words }, tools) {
  return [
    contrasts.length ? contrastsTable(contrasts) : null,
    words.length && frames.length ? heatTable(frames, words, tools) : null,
  ];
}

function contrastsTable(contrasts) {
  const most = Math.max(...contrasts.map(contrast => Math.abs(contrast.score * contrast.weight)), 1e-9);
  return element('table', { className: 'contrasts' },
    element('caption', {}, 'Four comparisons, each with its weight; their weighted sum is the score.'),
    element('thead', {}, row('th', 'Comparison', 'Score', 'Weight', 'Share of the score')),
    element('tbody', {}, contrasts.map(contrast => {
      const part = contrast.score * contrast.weight;
      const bar = element('span', { className: part < 0 ? 'share less' : 'share' });
      bar.style.setProperty('--share', Math.abs(part) / most);
      return element('tr', {}, element('th', { scope: 'row' }, contrastNames[contrast.name] ?? contrast.name),
        element('td', {}, score(contrast.score)), element('td', {}, `${(contrast.weight * 100).toFixed(0)} %`),
        element('td', { className: 'part' }, bar, element('span', {}, score(part))));
    })),
    element('tfoot', {}, element('tr', {}, element('th', { scope: 'row' }, 'Score'), element('td'), element('td'),
      element('td', { className: 'part' },
        score(contrasts.reduce((sum, contrast) => sum + contrast.score * contrast.weight, 0))))));
}

/** Each word against each frame; a frame's picture plays it. */
function heatTable(frames, words, { at, seek, preview }) {
  const low = Math.min(...words.flatMap(word => word.similarities)), high = Math.max(...words.flatMap(word => word.similarities));
  const best = frames.reduce((most, frame, index) => frame.similarity > frames[most].similarity ? index : most, 0);
  const table = element('table', { className: 'heat' },
    element('caption', {}, 'Where each word is seen: the stronger the colour, the nearer the word is to the frame.'),
    element('thead', {}, element('tr', {}, element('td'), frames.map((frame, index) => {
      const picture = element('span', { className: 'strip' });
      const play = element('button', { type: 'button', title: `Go to ${at(frame.time)}`, onclick: () => seek(frame.time) },
        picture, at(frame.time));
      picture.hidden = !showAt(picture, preview(), frame.time);
      return element('th', { scope: 'col', className: index === best ? 'best' : '' }, play);
    }))),
    element('tbody', {},
      frames.every(frame => frame.attention != null)
        ? heatRow('attention', frames.map(frame => frame.attention), 0, Math.max(...frames.map(frame => frame.attention)),
        value => `${(value * 100).toFixed(0)} %`, 'attended') : null,
      heatRow('sentence', frames.map(frame => frame.similarity), Math.min(...frames.map(frame => frame.similarity)),
        Math.max(...frames.map(frame => frame.similarity)), score, 'whole'),
      words.map(word => heatRow(word.text, word.similarities, low, high, score, 'word'))));
  return element('div', { className: 'scroll', tabIndex: 0, aria: { role: 'region', label: 'Words over frames' } }, table);
}

function heatRow(name, values, low, high, text, kind) {
  return element('tr', { className: kind }, element('th', { scope: 'row' }, name), values.map(value => {
    const cell = element('td', { title: `${name}: ${text(value)}` }, element('span', { className: 'hidden' }, text(value)));
    cell.style.setProperty('--heat', high > low ? (value - low) / (high - low) : 0);
    return cell;
  }));
}

const row = (tag, ...texts) => element('tr', {}, texts.map(text => element(tag, { scope: 'col' }, text)));
