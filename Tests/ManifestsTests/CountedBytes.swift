/// Distinct bytes on every call: what a dealer asks for, and the same in every run.
final class CountedBytes {
    private var count: UInt8 = 0

    func next() -> [UInt8] {
        count += 1
        return (0..<16).map { $0 &* 7 &+ count }
    }
}
