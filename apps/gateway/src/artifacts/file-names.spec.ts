import { storableText } from '@syntropic/kernel';
import { attachmentOf, fileNameFor, fileNameOf } from './file-names';

describe('the name of a file', () => {
  it.each([
    ['report.md', 'report.md'],
    ['../../etc/passwd', '..-..-etc-passwd'],
    ['C:\\boot.ini', 'C--boot.ini'],
    ['a\0b\r\nSet-Cookie: x', 'a-b--Set-Cookie- x'],
    ['exe.\u202egnp', 'exe.-gnp'],
    ['..', 'file'],
    ['', 'file'],
    ['  ', 'file'],
    ['Überblick 😀.txt', 'Überblick 😀.txt'],
  ])('%j is %j', (text, expected) => {
    expect(fileNameOf(text)).toBe(expected);
  });

  it('has at most 200 bytes, and whole characters', () => {
    const name = fileNameOf('😀'.repeat(10_000));

    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
    expect(storableText(name)).toBe(name);
  });

  it('is that of the title with the extension of the type, once', () => {
    expect(fileNameFor('Plan: v2', 'text/markdown')).toBe('Plan- v2.md');
    expect(fileNameFor('plan.MD', 'text/markdown; charset=utf-8')).toBe('plan.MD');
    expect(fileNameFor('data', 'application/x-unknown-type')).toBe('data');
  });

  it('is told to browsers as ASCII and as UTF-8', () => {
    expect(attachmentOf('deep/Übersicht "1".txt')).toBe(
      `attachment; filename="_bersicht -1-.txt"; filename*=UTF-8''%C3%9Cbersicht%20-1-.txt`,
    );
    expect(attachmentOf("it's (100%).md")).toBe(
      `attachment; filename="it's (100_).md"; filename*=UTF-8''it%27s%20%28100%25%29.md`,
    );
  });
});
