import Keys
import Secrets
import ThreeParty

/// The bytes of a text of hexadecimal digits.
func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16) ?? 0 }
}

/// Sixteen bytes that are the same for the same key alone: AES-128-CTR over zeros under the first half of HMAC-SHA-256 of
/// 00000001 01, from its second half on.
func trace(_ key: borrowing SecretKey) -> [UInt8] {
    CounterStream.bytes(of: key.derive([[1]]), count: 16)
}

/// Of each of a session's keys.
func traces(_ session: Session) -> [[UInt8]] {
    [
        trace(session.transactionBoxes), trace(session.labelBoxes),
        trace(session.scoreBoxes), trace(session.evaluationTags),
        trace(session.receiptTags), trace(session.choiceBoxes),
        trace(session.contributionBoxes),
    ]
}
