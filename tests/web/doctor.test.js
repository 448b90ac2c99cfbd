import assert from "node:assert/strict";
import { test } from "node:test";

import { natOf } from "../../web/doctor/network.js";

/**
 * @param {RTCIceCandidateType} type
 * @param {string} address
 * @param {number} port
 */
const udp = (type, address, port) => ({ type, address, port, protocol: /** @type {const} */ ("udp") });
const inner = udp("host", "192.168.1.5", 5000);

test("one port for all servers: a cone", () => {
  assert.equal(natOf([inner, udp("srflx", "203.0.113.7", 6000)], 2), "cone");
});

test("another port for each server: symmetric", () => {
  assert.equal(natOf([inner, udp("srflx", "203.0.113.7", 6000), udp("srflx", "203.0.113.7", 6001)], 2), "symmetric");
});

test("one server cannot tell them apart", () => {
  assert.equal(natOf([inner, udp("srflx", "203.0.113.7", 6000)], 1), "unknown");
  assert.equal(natOf([inner], 0), "unknown");
});

test("nothing from outside: blocked, or nothing in between", () => {
  assert.equal(natOf([inner], 2), "blocked");
  assert.equal(natOf([udp("host", "abc.local", 5000)], 2), "blocked");
  assert.equal(natOf([udp("host", "fd12::1", 5000)], 2), "blocked");
  assert.equal(natOf([udp("host", "203.0.113.7", 5000)], 2), "open");
  assert.equal(natOf([{ ...inner, address: "203.0.113.7", protocol: "tcp" }], 2), "blocked");
});
