/** Rotations of 3D models, from Euler angles to those of model-viewer. Pure. */

/**
 * The same turn as model-viewer writes it: roll, pitch and yaw, which are the angles about z, x
 * and y of a turn about y first, then x, then z (each about the axes as they are by then).
 *
 * @param {[number, number, number]} rotation Euler angles about x, then y, then z, in radians
 * @returns {string}
 */
export function orientation([x, y, z]) {
  const [cx, sx, cy, sy, cz, sz] = [
    Math.cos(x), Math.sin(x), Math.cos(y), Math.sin(y), Math.cos(z), Math.sin(z),
  ];
  // Those elements of the rotation matrix Rx·Ry·Rz that show the angles of Ry·Rx·Rz.
  const m11 = cy * cz;
  const m13 = sy;
  const m21 = cx * sz + sx * sy * cz;
  const m22 = cx * cz - sx * sy * sz;
  const m23 = -sx * cy;
  const m31 = sx * sz - cx * sy * cz;
  const m33 = cx * cy;
  const pitch = Math.asin(-Math.min(1, Math.max(-1, m23)));
  const lying = Math.abs(m23) > 0.999_999; // yaw and roll are about the same axis: all is yaw
  const yaw = lying ? Math.atan2(-m31, m11) : Math.atan2(m13, m33);
  const roll = lying ? 0 : Math.atan2(m21, m22);
  return [roll, pitch, yaw].map((angle) => `${round(angle)}rad`).join(" ");
}

/** @param {number} angle */
function round(angle) {
  return Math.round(angle * 1e6) / 1e6 + 0; // "+ 0": no minus zero
}
