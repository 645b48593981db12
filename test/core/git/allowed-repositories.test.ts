import { findAllowed } from '../../../core/git/allowed-repositories';

const allowed = [{ url: 'https://git.example.com/team/data.git' }];

test.each(['https://git.example.com/team/data.git', 'https://git.example.com/team/data'])('finds %s', (named) => {
  expect(findAllowed(allowed, named)).toBe(allowed[0]);
});

test.each([
  'https://git.example.com/team/data.git.git',
  'https://git.example.com/team/data2.git',
  'https://git.example.com/team',
  'https://git.example.com.evil.com/team/data.git',
  'http://git.example.com/team/data.git',
])('does not take %s for an allowed one', (named) => {
  expect(findAllowed(allowed, named)).toBeUndefined();
});
