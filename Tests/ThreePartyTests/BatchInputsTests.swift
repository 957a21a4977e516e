import Records
import Testing
import ThreeParty

@Suite struct BatchInputsTests {
    private static let bits = 29
    private var parts: SeededComponents {
        SeededComponents([1, 2, 3, 4], group: .xor, seeds: (Array(1...16), Array(17...32)), from: 9)
    }

    private func append(_ inputs: inout BatchInputs, _ party: PartyID, _ first: [UInt8], _ second: [UInt8]) {
        var streams = CounterStream()
        first.withUnsafeBytes { first in
            second.withUnsafeBytes {
                inputs.append(party: party, first: first, second: $0, from: 9, malformed: 7, &streams)
            }
        }
    }

    @Test(arguments: PartyID.allCases)
    func expandsWhatBitSharesDo(party: PartyID) {
        let (first, second) = parts.parts(for: party)
        let shares = BitShares(party: party, first: first, second: second, from: 9, bits: Self.bits)!
        var inputs = BatchInputs(bits: Self.bits, capacity: 0)
        inputs.append(refused: 2)
        append(&inputs, party, first, second)
        #expect(inputs.count == 2 && inputs.codes == [2, 0])
        #expect(rows(inputs) == [1: [shares.first, shares.second]])
    }

    @Test(arguments: PartyID.allCases)
    func aPartOfAnotherLengthIsRefusedAndLeavesNothing(party: PartyID) {
        let (first, second) = parts.parts(for: party)
        var inputs = BatchInputs(bits: Self.bits, capacity: 3)
        append(&inputs, party, Array(first.dropLast()), second)
        append(&inputs, party, first, second + [0])
        append(&inputs, party, [], [])
        #expect(inputs.codes == [7, 7, 7])
        #expect(rows(inputs).isEmpty)
    }

    @Test func isNotPrinted() {
        let inputs = BatchInputs([BitShares(first: [77], second: [77])], bits: 8)
        #expect("\(inputs)" == "BatchInputs(1 transactions)" && !String(reflecting: inputs).contains("77"))
        #expect(Mirror(reflecting: inputs).children.isEmpty)
    }

    private func rows(_ inputs: BatchInputs) -> [Int: [[UInt8]]] {
        var rows: [Int: [[UInt8]]] = [:]
        inputs.forEach { rows[$0] = [Array($1), Array($2)] }
        return rows
    }
}
