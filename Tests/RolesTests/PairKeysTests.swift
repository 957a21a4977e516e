import Keys
import PipelineFiles
import Records
import Roles
import Secrets
import Support
import Testing
import ThreeParty

@Suite("Keys that two parties share")
struct PairKeysTests {
    private let folder: TemporaryFolder
    private let label = StepLabel("test")

    init() throws { folder = try TemporaryFolder() }

    /// A roster whose parties' agreement keys lie in a keystore each.
    private func cell(epoch: UInt32 = 1) throws -> (roster: Roster, keystores: [PartyID: FileKeystore]) {
        let coordinator = SigningKey().verifyingKey
        var parties: [PartyID: Cell.Party] = [:]
        var keystores: [PartyID: FileKeystore] = [:]
        for party in PartyID.allCases {
            let store = FileKeystore(directory: folder.path("\(party)"))
            if (try? store.hpkeKey("agreement")) == nil { try store.store(HPKEPrivateKey(), "agreement") }
            let agreement = try store.hpkeKey("agreement").publicKey
            parties[party] = Cell.Party(
                id: party, host: "127.0.0.1", port: 1, hpke: agreement, agreement: agreement, identity: coordinator,
                certificate: [UInt8](repeating: 0, count: 32))
            keystores[party] = store
        }
        return (
            Roster(
                consortium: "c", epoch: epoch, coordinator: coordinator, cell: Cell(parties), members: [],
                eventTime: nil), keystores
        )
    }

    @Test("are the same at both ends, and others for each pair, use and epoch")
    func uses() throws {
        var streams: Set<[UInt8]> = []
        for epoch in [1, 2] as [UInt32] {
            let (roster, keystores) = try cell(epoch: epoch)
            for use in [PairUse.scoring, .training, .validation] {
                for party in PartyID.allCases {
                    let own = try pairKeys(party, roster, try #require(keystores[party]), for: use)
                    let next = try pairKeys(party.next, roster, try #require(keystores[party.next]), for: use)
                    let digest = Digest32(of: [])
                    let bytes = own.withNext.bytes(label, digest: digest, count: 32)
                    #expect(next.withPrevious.bytes(label, digest: digest, count: 32) == bytes)
                    streams.insert(bytes)
                }
            }
        }
        #expect(streams.count == 18)
    }
}
