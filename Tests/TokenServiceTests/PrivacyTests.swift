import EventLogs
import Foundation
import Records
import Support
import Testing
import TokenService
import Tokens

@Suite("What the log and the disks show of an identifier")
struct PrivacyTests {
    let world: TokenWorld

    init() throws { world = try TokenWorld() }

    /// The elements of every batch in a member's topic.
    private func elements(_ member: MemberID) throws -> [[[UInt8]]] {
        try world.records(Topics.blinded(member)).map { record in
            let batch = try #require(WireBlindedBatch(decoding: record.value ?? []))
            let all = Array(try #require(WireBlindedBody(decoding: Array(batch.body))).elements)
            return stride(from: 0, to: all.count, by: 33).map { Array(all[$0..<$0 + 33]) }
        }
    }

    @Test("the same identifiers give other elements in each batch, in the order asked for, and other answers")
    func unlinkable() throws {
        try world.start(.zero, .one)
        for epoch in 1...2 {
            // An empty cache each time.
            let cache = try world.cache()
            try cache.move(
                to: world.key.publicKey, TokenContext(consortium: [UInt8(epoch)], epoch: TokenEpoch(1)))
            _ = try world.tokens(of: world.client(), for: cards(4)).tokens()
        }
        _ = try world.tokens(of: world.client(bankB), for: cards(4)).tokens()
        let asked = try (elements(bankA) + elements(bankB)).flatMap { $0 }
        #expect(asked.count == 12)
        #expect(Set(asked).count == 12)
        let answers = try world.answers(bankA) + world.answers(bankB)
        var answered: [[UInt8]] = []
        for answer in answers {
            if case .evaluation(let evaluation) = answer.answer { answered += evaluation.elements.map(\.compressed) }
        }
        #expect(answered.count >= 24)
        #expect(Set(answered).count == answered.count)
    }

    @Test("no file of the log, of a party or of the member holds an identifier, its element or its token")
    func planted() throws {
        try world.start()
        let identifiers = try cards(3, from: 77)
        let tokens = try world.tokens(of: world.client(), for: identifiers).tokens()
        world.stop()
        var planted: [(name: String, bytes: [UInt8])] = []
        for (number, (identifier, token)) in zip(identifiers, tokens).enumerated() {
            planted.append(("digits", Array(cardNumber(77 + number).utf8)))
            planted.append(("hashed", identifier.hashInput))
            let point = try #require(GroupElement(TokenContext.tokens.hashToGroup(identifier.hashInput)))
            planted.append(("element", Array(point.compressed.dropFirst())))
            planted.append(("token", Array(token.bytes.dropFirst())))
        }
        let files = try FileManager.default.subpathsOfDirectory(atPath: world.path)
        var read = 0
        for file in files {
            guard let data = FileManager.default.contents(atPath: world.path + "/" + file), !data.isEmpty else {
                continue
            }
            read += 1
            for (name, bytes) in planted { #expect(data.range(of: Data(bytes)) == nil, "\(name) in \(file)") }
        }
        #expect(read >= 6)
        // The search finds what is there: what the member asked.
        let asked = try #require(elements(bankA).first?.first)
        #expect(
            files.contains {
                FileManager.default.contents(atPath: world.path + "/" + $0)?.range(of: Data(asked)) != nil
            })
    }

    @Test("failures and results say nothing of identifiers and tokens")
    func descriptions() throws {
        try world.start(.zero, .one)
        let results = try world.tokens(of: world.client(), for: cards(1))
        let token = try results.tokens()[0]
        let text = "\(results) \(String(reflecting: results))"
        #expect(!text.contains(cardNumber(0)))
        #expect(!text.contains(token.bytes.map(String.init).joined(separator: ", ")))
        #expect(text.contains("EntityToken(33 bytes)"))
        let failure = TokenFailure.impossible(faults: [.zero: .malformed])
        #expect("\(failure)" == "two parties can't answer any more (party-0: malformed)")
    }
}
