/// The rule that a shared outcome is 0 or 1: v (v - 1) is 0 mod 2^16 for no other v, since v and v - 1 have no factor in common.
package enum BitRule {
    /// This party's additive share of v (v - 1), before a zero-share. The cross products of both components are its own to compute
    /// (Araki et al. 2016).
    package static func product(_ outcome: CountShare) -> UInt16 {
        outcome.first &* outcome.first &+ 2 &* outcome.first &* outcome.second &- outcome.first
    }
}
