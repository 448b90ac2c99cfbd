/** The 64 pictures of the code of a call: told apart at a glance, and each with one common name. */

/** @type {readonly (readonly [string, string])[]} */
export const PICTURES = [
  ["🐶", "dog"], ["🐱", "cat"], ["🐭", "mouse"], ["🦊", "fox"], ["🐻", "bear"], ["🐼", "panda"], ["🦁", "lion"], ["🐮", "cow"],
  ["🐷", "pig"], ["🐸", "frog"], ["🐵", "monkey"], ["🐔", "hen"], ["🐧", "penguin"], ["🦉", "owl"], ["🐝", "bee"], ["🦋", "butterfly"],
  ["🐌", "snail"], ["🐢", "turtle"], ["🐍", "snake"], ["🐙", "octopus"], ["🐬", "dolphin"], ["🐘", "elephant"], ["🐪", "camel"], ["🦒", "giraffe"],
  ["🌵", "cactus"], ["🌲", "fir"], ["🌻", "sunflower"], ["🍄", "mushroom"], ["🌍", "globe"], ["🌙", "moon"], ["⭐", "star"], ["🌈", "rainbow"],
  ["🔥", "fire"], ["❄️", "snowflake"], ["🍎", "apple"], ["🍌", "banana"], ["🍒", "cherries"], ["🍓", "strawberry"], ["🥕", "carrot"], ["🌽", "corn"],
  ["🍕", "pizza"], ["🧀", "cheese"], ["🎂", "cake"], ["☕", "coffee"], ["⚽", "football"], ["🎲", "dice"], ["🎸", "guitar"], ["🎺", "trumpet"],
  ["🥁", "drum"], ["🚗", "car"], ["🚲", "bicycle"], ["🚂", "train"], ["✈️", "aeroplane"], ["🚀", "rocket"], ["⚓", "anchor"], ["🏠", "house"],
  ["⏰", "clock"], ["💡", "bulb"], ["🔑", "key"], ["🔨", "hammer"], ["✂️", "scissors"], ["☂️", "umbrella"], ["🎩", "hat"], ["📖", "book"],
];
