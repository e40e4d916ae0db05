// Photos of telephones, as an office reads them: JPEG of at most 1,600 pixels. Smaller files and PDFs stay as they are;
// what this browser cannot decode goes as it is; HEIC is converted by the server.
const LONGEST = 1600;
const LIGHT = 700_000;
const READABLE = /^image\/(jpeg|png)$/;
const isPhoto = (file) => file.type.startsWith("image/") || /\.(heic|heif|webp|avif)$/i.test(file.name);

const asAddress = (file) =>
  new Promise((done, failed) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => done(reader.result));
    reader.addEventListener("error", failed);
    reader.readAsDataURL(file);
  });

const decode = async (file) => {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    const picture = new Image(); // Safari decodes HEIC here only
    picture.src = await asAddress(file); // data:, which our policy lets pictures have
    await picture.decode();
    return picture;
  }
};

const drawn = (picture, width, height) => {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff"; // black writing on nothing must not become black on black
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, 0, 0, width, height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
};

export const prepared = async (file) => {
  if (!isPhoto(file)) return file;
  try {
    const picture = await decode(file);
    const width = picture.naturalWidth || picture.width;
    const height = picture.naturalHeight || picture.height;
    const scale = Math.min(1, LONGEST / Math.max(width, height));
    if (scale === 1 && file.size <= LIGHT && READABLE.test(file.type)) return file;
    const blob = await drawn(picture, Math.round(width * scale), Math.round(height * scale));
    return blob ? new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
  } catch {
    return file;
  }
};
