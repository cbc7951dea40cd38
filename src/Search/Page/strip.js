// The preview strip: pictures of a whole video as one, shown a picture at a time while something points at a time.

const tolerance = 0.02;

/** Shows the picture of a time in an element; false where the video has no strip. */
export function showAt(place, preview, seconds) {
  if (!preview)
    return false;
  const at = Math.min(preview.count - 1, Math.max(0, Math.floor(seconds / preview.interval)));
  const rows = Math.ceil(preview.count / preview.columns);
  const share = (index, of) => of > 1 ? index / (of - 1) * 100 : 0;
  place.style.backgroundImage = `url("${preview.url}")`;
  place.style.backgroundSize = `${preview.columns * 100}% ${rows * 100}%`;
  place.style.backgroundPosition = `${share(at % preview.columns, preview.columns)}% `
    + `${share(Math.floor(at / preview.columns), rows)}%`;
  return true;
}

/** A picture of another shape than its place is shown whole, over an enlarged and blurred copy of itself. */
function fillBehind(picture) {
  const image = picture.querySelector('img');
  image?.addEventListener('load', () => {
    const { naturalWidth: width, naturalHeight: height, currentSrc } = image;
    const isOdd = Math.abs(width / height / (16 / 9) - 1) > tolerance;
    picture.classList.toggle('filled', isOdd);
    picture.style.setProperty('--picture', isOdd ? `url("${currentSrc}")` : 'none');
  });
}

/** Lets a pointer that moves over a picture leaf through a span of its video. */
export function previewOnHover(picture, strip, previewOf, start, end) {
  fillBehind(picture);
  picture.addEventListener('pointermove', event => {
    const box = picture.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    strip.hidden = event.pointerType === 'touch' || !showAt(strip, previewOf(), start() + share * (end() - start()));
    strip.style.setProperty('--at', share);
  });
  picture.addEventListener('pointerleave', () => { strip.hidden = true; });
}
