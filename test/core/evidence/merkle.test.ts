import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { merkleRoot } from '../../../core/evidence/merkle';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(
  (text) => Buffer.from(text, 'hex'),
);

// the known answers of certificate-transparency: https://github.com/google/certificate-transparency, merkle_tree_test.
test.each([
  [0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  [1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
  [2, 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
  [3, 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
  [4, 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'],
  [5, '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4'],
  [6, '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef'],
  [7, 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c'],
  [8, '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
])('the root over %i known leaves is the published one', (count, root) => {
  expect(hex(merkleRoot(leaves.slice(0, count)))).toBe(root);
});

test('the root is the one that the recursive definition of RFC 6962 gives', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 40 }), (some) => {
      expect(hex(merkleRoot(some))).toBe(hex(byDefinition(some)));
    }),
  );
});

test('an inner node is no leaf', () => {
  const [a, b] = [Buffer.from('a'), Buffer.from('b')];
  const forged = Buffer.concat([sha(Buffer.from([0]), a), sha(Buffer.from([0]), b)]);
  expect(hex(merkleRoot([forged]))).not.toBe(hex(merkleRoot([a, b])));
});

function byDefinition(some: Uint8Array[]): Uint8Array {
  if (some.length <= 1) {
    return some[0] ? sha(Buffer.from([0]), some[0]) : sha();
  }
  let split = 1;
  while (split * 2 < some.length) {
    split *= 2;
  }
  return sha(Buffer.from([1]), byDefinition(some.slice(0, split)), byDefinition(some.slice(split)));
}

function sha(...parts: Uint8Array[]): Uint8Array {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}
