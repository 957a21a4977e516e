import Support
import Testing
import ThreeParty

@Suite("The rows of a training")
struct TrainingRowsTests {
    @Test("come back as they were appended, of labels the lowest bit alone", arguments: [1, 7, 8, 9, 16, 17])
    func rows(bits: Int) {
        var generator = SplitMix64(UInt64(bits))
        var rows = TrainingRows(bits: bits)
        let bytes = bits % 8 == 0 ? bits / 8 : bits / 8 + 1
        let given = (0..<20).map { _ in
            (
                generator.bytes(bytes), generator.bytes(bytes), UInt16.random(in: 0...UInt16.max, using: &generator),
                UInt16.random(in: 0...UInt16.max, using: &generator)
            )
        }
        for (at, row) in given.enumerated() {
            #expect(rows.count == at)
            rows.append(BitShares(first: row.0, second: row.1), label: CountShare(first: row.2, second: row.3))
        }
        #expect(rows.count == 20 && rows.bits == bits)
        for (at, row) in given.enumerated() {
            let (shares, label) = rows[at]
            #expect(shares.first == row.0 && shares.second == row.1)
            #expect(label.first == row.2 % 2 && label.second == row.3 % 2)
        }
    }

    @Test("are not printed")
    func unprinted() {
        var rows = TrainingRows(bits: 9)
        rows.append(BitShares(first: [171, 1], second: [205, 0]), label: CountShare(first: 3, second: 4))
        #expect("\(rows)" == "TrainingRows(1 rows of 9 bits)" && Mirror(reflecting: rows).children.isEmpty)
    }
}
