import { costDisplay, durationDisplay, modelDisplay, phaseDisplay, reposDisplay, tokensDisplay } from './display';

describe('what people read', () => {
  it.each([
    [0, '0'],
    [950, '950'],
    [1_234, '1.2k'],
    [999_949, '999.9k'],
    [999_950, '1.0M'],
    [1_500_000, '1.5M'],
  ])('shortens %d tokens to %s', (tokens, shown) => {
    expect(tokensDisplay(tokens)).toBe(shown);
  });

  it.each([
    ['0', '$0.00'],
    ['0.000000000', '$0.00'],
    ['0.004', '<$0.01'],
    ['0.42', '$0.42'],
    ['999.99', '$999.99'],
    ['999.999', '$1.0k'],
    ['1234.5', '$1.2k'],
    [null, '—'],
  ])('shows a cost of %s as %s', (usd, shown) => {
    expect(costDisplay(usd)).toBe(shown);
  });

  it.each([
    [null, '—'],
    [0.4, '<1s'],
    [45.9, '45s'],
    [59.9, '59s'],
    [134, '2m 14s'],
    [3_599.9, '59m 59s'],
    [3_720, '1h 2m'],
  ])('shows %s seconds as %s', (seconds, shown) => {
    expect(durationDisplay(seconds)).toBe(shown);
  });

  it.each([
    ['claude-sonnet-4-5-20250929', 'Sonnet 4.5'],
    ['claude-opus-4-20250514', 'Opus 4'],
    ['claude-3-5-haiku-20241022', 'Haiku 3.5'],
    ['claude-3-5-haiku-latest', 'Haiku 3.5'],
    ['gpt-5', 'gpt-5'],
    [null, null],
  ])('calls the model %s %s', (model, shown) => {
    expect(modelDisplay(model)).toBe(shown);
  });

  it('gives a phase a title', () => {
    expect(phaseDisplay('write-tests')).toBe('Write Tests');
    expect(phaseDisplay('0f8fad5b-d9cb-469f-a165-70867728950e')).toBe('Phase 0f8fad5b');
  });

  it('names the first repository and counts the others', () => {
    expect(reposDisplay([])).toBeNull();
    expect(reposDisplay(['https://github.com/acme/api.git'])).toBe('api');
    expect(reposDisplay(['acme/api', 'acme/web', 'acme/docs'])).toBe('api +2');
  });
});
