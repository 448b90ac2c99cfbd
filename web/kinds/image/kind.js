/** Definition of the kind: a picture. */

import { text } from "../../text/kinds/image.js";
import { PictureContent } from "./content.js";
import { describeImage } from "./describe.js";
import { sameOrigin } from "../parts/elsewhere.js";
import { fileName } from "../parts/filename.js";
import { inspect } from "./rasters.js";

/** @import {Image} from "../../types/messages.js" */
/** @import {KindDefinition} from "../definition.js" */

/** What a picture that has not been read yet is thought to have. */
const UNKNOWN_PIXELS = 4_000_000;

/** @type {KindDefinition<Image>} */
export const imageKind = {
  icon: "picture",
  label: text.label,
  describe: describeImage,
  picture: ({ src }) => src,
  copied: ({ alt, src }) => alt || fileName(src),
  content: (node) => new PictureContent(node),
  cost: {
    bounds: { count: 1_000, pixels: 64_000_000, side: 0 },
    pixels({ src }, { memo }) {
      if (!src.startsWith("data:")) return sameOrigin(src) ? UNKNOWN_PIXELS : 0;
      if (memo.key !== src) Object.assign(memo, { key: src, pixels: inspect(src).pixels });
      return memo.pixels ?? 0;
    },
  },
  keepsAspect: true,
  carriesInk: true,
};
