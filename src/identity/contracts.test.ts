import { describe, expect, it } from 'vitest';
import { addressOf, compareContracts, contractsByPlatform } from './contracts.ts';

const evm = '0xDAC17F958D2ee523a2206206994597C13D831ec7';

describe('contracts', () => {
  it('compares addresses in lower case where digits are hexadecimal, and as they are elsewhere', () => {
    expect(addressOf(evm)).toBe(evm.toLowerCase());
    expect(addressOf('0x2::Sui::SUI')).toBe('0x2::Sui::SUI');
    expect(addressOf('0xAB::Coin::USDC')).toBe('0xab::Coin::USDC');
    for (const address of [
      'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v',
      'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t',
    ])
      expect(addressOf(address)).toBe(address);
  });

  it('never takes the place-holder of a native coin for a contract', () => {
    for (const address of ['', ' ', `0x${'0'.repeat(40)}`, `0x${'E'.repeat(40)}`])
      expect(addressOf(address)).toBeNull();
  });

  it('finds a platform under both names, and says nothing of platforms that one of them lacks', () => {
    const gecko = contractsByPlatform([
      { platform: 'ethereum', address: evm },
      { platform: 'solana', address: 'Aa' },
      { platform: 'celo', address: '0x1' },
    ]);
    const paprika = contractsByPlatform([
      { platform: 'eth-ethereum', address: evm.toLowerCase() },
      { platform: 'sol-solana', address: 'aA' },
      { platform: 'of-its-own', address: '0x2' },
    ]);
    expect(compareContracts(gecko, paprika)).toEqual({ agree: ['ethereum'], differ: ['solana'] });
  });
});
