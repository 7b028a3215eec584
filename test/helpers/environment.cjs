const { TestEnvironment } = require('jest-environment-node');

/**
 * Jest runs tests in a realm of its own; native modules (TensorFlow, ONNX Runtime, sharp) test
 * `instanceof` against the outer realm's classes, so these are handed through.
 */
class NativeFriendlyEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const outer of [
      Float32Array,
      Float64Array,
      Int8Array,
      Int16Array,
      Int32Array,
      Uint16Array,
      Uint32Array,
      Uint8ClampedArray,
      BigInt64Array,
      BigUint64Array,
      Uint8Array,
      ArrayBuffer,
      SharedArrayBuffer,
    ]) {
      this.global[outer.name] = outer;
    }
  }
}

module.exports = NativeFriendlyEnvironment;
