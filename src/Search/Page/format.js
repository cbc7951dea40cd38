// Times, sizes and scores for people.

/** 75.4 → "1:15"; with tenths "1:15.4". */
export function clock(seconds, tenths = false) {
  const whole = tenths ? Math.round(seconds * 10) / 10 : Math.floor(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const last = (tenths ? s.toFixed(1) : `${s}`).padStart(tenths ? 4 : 2, '0');
  return h ? `${h}:${`${m}`.padStart(2, '0')}:${last}` : `${m}:${last}`;
}

/** How long something takes yet: 20 → "20 s", 250 → "4 min", 4000 → "1 h 7 min". */
export function timeLeft(seconds) {
  const minutes = Math.round(seconds / 60), hours = Math.floor(minutes / 60);
  return seconds < 60 ? `${Math.max(1, Math.round(seconds))} s` : hours ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
}

/** When something was: the time of today, else the day. */
export function day(time) {
  const at = new Date(time), isToday = at.toDateString() === new Date().toDateString();
  return isToday ? `today ${at.toLocaleTimeString(undefined, { hour: 'numeric', minute: '2-digit' })}`
    : at.toLocaleDateString(undefined, { dateStyle: 'medium' });
}

const longest = 80; // Letters.
const units = ['B', 'kB', 'MB', 'GB', 'TB'];

export function size(bytes) {
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return `${value < 10 && power ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

export const count = (number, one, many = `${one}s`) => `${number.toLocaleString()} ${number === 1 ? one : many}`;

/** A text that somebody wrote, short enough to be quoted in a line. */
export function quotable(text) {
  const letters = [...text];
  return letters.length > longest ? `${letters.slice(0, longest).join('').trimEnd()}…` : text;
}

export const score = value => value.toFixed(Math.abs(value) < 10 ? 2 : 1);

/** .NET's "00:00:00.0834120" → milliseconds. */
export function milliseconds(elapsed) {
  const [hours, minutes, seconds] = elapsed.split(':').map(Number);
  return Math.round(((hours * 60 + minutes) * 60 + seconds) * 1000);
}
