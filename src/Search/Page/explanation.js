// Why a moment was found: in words and frames, and behind "Details" in the numbers that the model computed.

import { element, wordsOf } from './dom.js';
import { score } from './format.js';
import { showAt } from './strip.js';

/** Standard deviations above the other segments from which on a word counts as seen. */
const seen = 1;
const mostFrames = 3;

/** Words that name nothing to see. */
const small = new Set(('a an the and or but of in on at to from by with without for as is are was were be been it its this that '
  + 'these those there here then than too also while after before first later starts scene view into onto up down out off over '
  + 'not no he she they his her their them i you we').split(' '));

/** Not a comma or a hyphen, which the model reads as well. */
const isWord = text => /[\p{L}\p{N}]/u.test(text);

const contrasts = {
  'video-sentence': ['Segment and sentence', 'the whole segment beside the whole sentence'],
  'video-word': ['Segment and words', 'the whole segment beside each word'],
  'sentence-frame': ['Sentence and frames', 'the whole sentence beside each frame'],
  'frame-word': ['Frames and words', 'each frame beside each word'],
};

/** called: of the video `title`, `name`, and what of it names it. tools: at(time) as text, seek(time), preview() of the video. */
export function explain(place, { explanation: { texts, fusion }, said, moment, unfamiliar, confidence }, called, tools) {
  const sees = seesOf(unfamiliar, confidence);
  place.replaceChildren(
    ...(called.named ? [names(called)] : []),
    ...(said ? [spoken(said, tools)] : []),
    ...texts.filter(text => text.share > 0)
      .map(text => inWords(text, moment, { isOneOfSeveral: texts.length > 1, said, sees }, tools)).filter(Boolean),
    details([
      fusion ? element('p', { className: 'note ranks' }, ranksOf(fusion)) : null,
      ...texts.flatMap(text => [
        texts.length > 1 ? element('h4', {}, `${text.share < 0 ? 'But not' : 'Wanted'}: “${text.text}” · `
          + `${score(text.score)} × ${text.share.toFixed(2)}`) : null,
        ...numbersOf(text, tools),
      ]),
    ]));
}

/** The same for what looks like an image or another moment. */
export function resembles(place, what, { moment, score: likeness }, tools) {
  place.replaceChildren(
    nearest(`The frame at ${tools.at(moment)} looks most like ${what}.`, moment, tools),
    details([element('p', { className: 'note' }, `Likeness ${score(likeness)} of at most 1: the cosine of the embeddings `
      + 'less the difference of the colours.')]));
}

const details = parts => element('details', { className: 'details' }, element('summary', {}, 'Details'), parts);

/** What the model sees, as sure as it is of it. */
const seesOf = (unfamiliar, confidence) => unfamiliar ? 'The model, which does not know such footage, sees '
  : confidence?.band === 'weak' ? 'The model is not sure, and sees ' : 'Matches ';

/** "Matches dog, throws at 0:04", with the frames. */
function inWords({ text, words, frames }, moment, { isOneOfSeveral, said, sees }, tools) {
  const byFrame = new Map(), clearest = new Map(); // A word that comes twice is told once, where it is clearest.
  for (const word of words.filter(word => word.lead >= seen && isWord(word.text) && !small.has(word.text)))
    if (!(clearest.get(word.text)?.lead >= word.lead))
      clearest.set(word.text, word);
  for (const word of clearest.values()) {
    const at = word.similarities.indexOf(Math.max(...word.similarities));
    byFrame.set(at, [...byFrame.get(at) ?? [], word.text]);
  }
  const groups = [...byFrame].sort((a, b) => b[1].length - a[1].length).slice(0, mostFrames);
  const whole = isOneOfSeveral ? `“${text}” as a whole` : 'The sentence as a whole';
  if (!groups.length)
    return said ? null : nearest(`${whole} is nearest to the frame at ${tools.at(moment)}.`, moment, tools);
  return element('div', { className: 'because' },
    element('p', {}, sees, groups.flatMap(
      ([at, found], index) => [index ? '; ' : '', ...listed(found), ` at ${tools.at(frames[at].time)}`]), '.'),
    element('p', { className: 'frames' }, groups.map(([at]) => frameButton(frames[at].time, tools))));
}

const nearest = (text, moment, tools) => element('div', { className: 'because' }, element('p', {}, text),
  element('p', { className: 'frames' }, frameButton(moment, tools)));

const listed = words => words.flatMap((word, index) => [index ? ', ' : '', element('em', {}, word)]);

/** "Its file name says surfer". */
function names({ named, title, name }) {
  const kindOf = text => text === title ? 'title' : text === name ? 'file name' : 'tag';
  return element('p', { className: 'because' }, named.flatMap(matched =>
    [matched === named[0] ? 'Its ' : '; its ', `${kindOf(matched.text)} says `, ...listed(wordsOf(matched))]), '.');
}

/** "Somebody says dog, ball at 0:04; dogs at 0:07". */
function spoken(said, tools) {
  const lines = said.toSorted((a, b) => a.start - b.start);
  return element('p', { className: 'because' }, 'Somebody says ', lines.flatMap((line, index) => [
    index ? '; ' : '', ...listed(wordsOf(line)), ' at ',
    element('button', { type: 'button', className: 'seek', onclick: () => tools.seek(line.start) }, tools.at(line.start)),
  ]), '.');
}

/** A frame as a button that plays it. */
function frameButton(time, { at, seek, preview }) {
  const picture = element('span', { className: 'strip' });
  picture.hidden = !showAt(picture, preview(), time);
  return element('button', { type: 'button', className: 'frame', title: `Go to ${at(time)}`, onclick: () => seek(time) }, picture,
    at(time));
}

const ranksOf = ({ visualRank, transcriptRank, transcriptWeight, nameRank, nameShare, nameIsExact, nameWeight }) =>
  `By what is seen it is number ${visualRank}; ${transcriptRank ? `by what is said number ${transcriptRank}`
    : 'none of the words is said in it'}${nameRank ? `; by what its video is called number ${nameRank}${
      nameShare < 1 ? ` (it has ${Math.round(100 * nameShare)} % of the words, and counts that much)` : ''}` : ''}${
    nameIsExact ? '. It is called just that and comes before all that are not' : ''}. The order of `
    + `results joins ${nameRank ? 'these' : 'both'} ranks${transcriptWeight === 1 && (!nameRank || nameWeight === 1)
      ? ', each as important as the other'
      : `: what is said counts ${transcriptWeight}, ${nameRank ? `what it is called ${nameWeight}, ` : ''}what is seen 1`}.`;

const numbersOf = ({ contrasts, frames, words }, tools) => [
  contrasts.length ? contrastsTable(contrasts) : null,
  frames.length ? heatTable(frames, words, tools) : null,
];

function contrastsTable(compared) {
  const most = Math.max(...compared.map(contrast => Math.abs(contrast.score * contrast.weight)), 1e-9);
  return element('table', { className: 'contrasts' },
    element('caption', {}, 'The model compares in four ways. Each comparison has a score, and a weight that says how much the '
      + 'model relies on it for this sentence and this segment. The weights add up to 100 %; scores times weights add up to the '
      + 'score.'),
    element('thead', {}, row('th', 'Comparison', 'Score', 'Weight', 'Share of the score')),
    element('tbody', {}, compared.map(contrast => {
      const part = contrast.score * contrast.weight, [name, meaning] = contrasts[contrast.name] ?? [contrast.name, ''];
      const bar = element('span', { className: part < 0 ? 'share less' : 'share' });
      bar.style.setProperty('--share', Math.abs(part) / most);
      return element('tr', {}, element('th', { scope: 'row', title: meaning }, name),
        element('td', {}, score(contrast.score)), element('td', {}, `${(contrast.weight * 100).toFixed(0)} %`),
        element('td', { className: 'part' }, bar, element('span', {}, score(part))));
    })),
    element('tfoot', {}, element('tr', {}, element('th', { scope: 'row' }, 'Score'), element('td'), element('td'),
      element('td', { className: 'part' },
        score(compared.reduce((sum, contrast) => sum + contrast.score * contrast.weight, 0))))));
}

/** Each word against each frame; a frame's picture plays it. */
function heatTable(frames, words, tools) {
  const similarities = words.flatMap(word => word.similarities);
  const low = Math.min(...similarities), high = Math.max(...similarities);
  const best = frames.reduce((most, frame, index) => frame.similarity > frames[most].similarity ? index : most, 0);
  const table = element('table', { className: 'heat' },
    element('caption', {}, 'Where each word is seen: the stronger the colour, the nearer the word is to the frame.'),
    element('thead', {}, element('tr', {}, element('td'), frames.map((frame, index) =>
      element('th', { scope: 'col', className: index === best ? 'best' : '' }, frameButton(frame.time, tools))))),
    element('tbody', {},
      frames.every(frame => frame.attention != null)
        ? heatRow('attention', frames.map(frame => frame.attention), 0, Math.max(...frames.map(frame => frame.attention)),
        value => `${(value * 100).toFixed(0)} %`, 'attended') : null,
      heatRow('sentence', frames.map(frame => frame.similarity), Math.min(...frames.map(frame => frame.similarity)),
        Math.max(...frames.map(frame => frame.similarity)), score, 'whole'),
      words.filter(word => isWord(word.text)).map(word => heatRow(word.text, word.similarities, low, high, score, 'word'))));
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
