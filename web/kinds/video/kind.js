/** Definition of the kind: a stream, somebody's camera or screen. It belongs to the call of who sends it (rule SCN3). */

import { standIn } from "../../ui/standin.js";
import { ownerOf } from "../../scene/scene.js";
import { text } from "../../text/kinds/video.js";
import { VideoTile } from "./tile.js";

/** @import {Video} from "../../types/messages.js" */
/** @import {KindDefinition} from "../definition.js" */

/** @type {KindDefinition<Video>} */
export const videoKind = {
  icon: "camera",
  label: text.label,
  describe({ stream_id }, nameOf) {
    const owner = ownerOf(stream_id);
    return owner && nameOf ? text[owner.source](nameOf(owner.peerId)) : text.stream;
  },
  inHistory({ stream_id }, nameOf) {
    const owner = ownerOf(stream_id);
    const name = owner ? nameOf(owner.peerId) : text.somebody;
    return owner?.source === "screen" ? text.screenOf(name) : text.cameraOf(name);
  },
  // A stream of nobody here.
  content: (node) => ({ show: (kind) => standIn(node, videoKind.icon, videoKind.describe(kind)) }),
  tile(node, { stream_id }, hooks) {
    const owner = ownerOf(stream_id);
    return owner && new VideoTile(node, stream_id, owner, hooks);
  },
  keepsAspect: true,
  opensProperties: false,
  carriesInk: true,
};
