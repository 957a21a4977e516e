import Foundation
import Keys
import Manifests
import Records
import Testing

@Suite("The records by which an epoch begins or ends")
struct EpochSwitchTests {
    private typealias People = EpochPeople
    private let keys = People.terms(founding: 9).founding

    private func activation(_ wire: WireEpochActivation, _ consortium: String = "demo", _ partition: Int = 3)
        throws(EpochSwitchError) -> EpochActivation
    {
        try EpochActivation(
            verifying: wire, consortium: consortium, partition: partition, coordinator: People.identity(.coordinator))
    }

    private func closing(_ wire: WireEpochClosing, _ consortium: String = "demo", _ partition: Int = 3)
        throws(EpochSwitchError) -> EpochClosing
    {
        try EpochClosing(
            verifying: wire, consortium: consortium, partition: partition, coordinator: People.identity(.coordinator))
    }

    @Test("are read where the coordinator signed them for this partition, and refused by name elsewhere")
    func reads() throws {
        let key = People.signing(.coordinator)
        let begin = try EpochActivation.make(keys, consortium: "demo", partition: 3, coordinator: key)
        let end = try EpochClosing.make(keys, consortium: "demo", partition: 3, coordinator: key)
        let (read, ended) = (try activation(begin), try closing(end))
        #expect(read.epoch == KeyEpoch(9) && read.keys == keys.digest)
        #expect(ended.epoch == KeyEpoch(9) && ended.keys == keys.digest)
        #expect(throws: EpochSwitchError.otherConsortium) { try activation(begin, "dem") }
        #expect(throws: EpochSwitchError.otherPartition) { try activation(begin, "demo", 2) }
        #expect(throws: EpochSwitchError.otherConsortium) { try closing(end, "dem") }
        #expect(throws: EpochSwitchError.otherPartition) { try closing(end, "demo", 2) }
        let forged = try EpochActivation.make(
            keys, consortium: "demo", partition: 3, coordinator: People.signing(.party(.one)))
        #expect(throws: EpochSwitchError.badSignature) { try activation(forged) }
    }

    @Test("are nothing with anything in them changed, nor one in the other's place")
    func forged() throws {
        let key = People.signing(.coordinator)
        let begin = try EpochActivation.make(keys, consortium: "demo", partition: 3, coordinator: key)
        for change in [
            { $0.epoch = 10 }, { $0.epoch = 0 }, { $0.keys[0] ^= 1 }, { $0.keys = Data() }, { $0.signature = Data() },
            { $0.signature[7] ^= 1 }, { $0.consortium = "" }, { $0.partition = 4 },
        ] as [(inout WireEpochActivation) -> Void] {
            var changed = begin
            change(&changed)
            #expect(throws: EpochSwitchError.self) { try activation(changed) }
        }
        var end = WireEpochClosing()
        end.consortium = begin.consortium
        end.epoch = begin.epoch
        end.keys = begin.keys
        end.partition = begin.partition
        end.signature = begin.signature
        #expect(throws: EpochSwitchError.badSignature) { try closing(end) }
    }

    @Test("are records of consortium.sealed that no reader takes for a transaction")
    func carried() throws {
        let key = People.signing(.coordinator)
        var record = WireSealedRecord()
        record.epochActivation = try EpochActivation.make(keys, consortium: "demo", partition: 3, coordinator: key)
        #expect(SealedTransaction(record.encoded) == nil)
        guard case .epochActivation(let wire) = WireSealedRecord(decoding: record.encoded)?.body else {
            Issue.record("an activation is read as one")
            return
        }
        #expect(try activation(wire).epoch == KeyEpoch(9))
        // A transaction with an activation or a closing behind it is neither, as with a model's.
        let header = [UInt8]([0x08, 0x02])
        let transaction = SealedTransaction.record(header: header, boxes: [1, 1, 1]) { $1.append(0) }
        #expect(SealedTransaction(transaction) != nil)
        #expect(SealedTransaction(transaction + record.encoded) == nil)
        record.epochClosing = try EpochClosing.make(keys, consortium: "demo", partition: 3, coordinator: key)
        #expect(SealedTransaction(transaction + record.encoded) == nil)
    }
}
