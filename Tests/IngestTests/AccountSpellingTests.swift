import Formats
import Model
import Records
import Support
import Testing
import Tokens

@Suite("One account in records of every format")
struct AccountSpellingTests {
    private static func fields(_ format: Mapping.Format) -> Mapping {
        Mapping(
            format: format, id: "id", time: "time", customer: "customer", terminal: "terminal", amount: "amount",
            extras: [.entity(.payee): "payee", .entity(.account): "account"])
    }

    private func transaction(_ bytes: String, _ mapping: Mapping) throws -> Transaction {
        let part = try #require(RecordParser(mapping: mapping).parts(Array(bytes.utf8)).first)
        return try #require(part.transaction, "\(String(describing: part.rejection)) of \(bytes)")
    }

    private func xml(_ payee: String, _ debtor: String) -> String {
        """
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf><GrpHdr><MsgId>m</MsgId>\
        <CreDtTm>2026-03-02T10:00:00Z</CreDtTm><NbOfTxs>1</NbOfTxs><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr>\
        <CdtTrfTxInf><PmtId><EndToEndId>e</EndToEndId><TxId>x</TxId></PmtId><IntrBkSttlmAmt Ccy="EUR">5</IntrBkSttlmAmt>\
        <Dbtr><Nm>Ada</Nm></Dbtr><DbtrAcct><Id><IBAN>\(debtor)</IBAN></Id></DbtrAcct><Cdtr><Nm>Bo</Nm></Cdtr><CdtrAcct><Id>\
        <IBAN>\(payee)</IBAN></Id></CdtrAcct></CdtTrfTxInf></FIToFICstmrCdtTrf></Document>
        """
    }

    @Test("all spellings are one entity in windows, repeats and tokens, of JSON, CSV and ISO 20022", arguments: 0..<30)
    func formats(seed: UInt64) throws {
        var random = Respelling(seed: seed)
        let (payee, debtor) = (random.iban(), random.iban())
        var seen: [Transaction] = []
        for round in 0..<6 {
            func respelled(_ iban: String) -> String {
                switch round {
                case 0: iban
                case 1: random.grouped(random.letterCase(iban))
                case 2: random.wide(iban)
                case 3: "IBAN " + random.grouped(iban)
                // A tab in a field of JSON or CSV is a control character.
                default: random.separated(random.letterCase(iban)).replacing("\t", with: " ")
                }
            }
            let (one, other) = (respelled(payee), respelled(debtor))
            let json =
                #"{"id":"1","time":"2026-03-02T10:00:00Z","customer":"\#(other)","terminal":"\#(one)","amount":"5.00","#
                + #""account":"\#(other)","payee":"\#(one)"}"#
            seen.append(try transaction(json, Self.fields(.json)))
            let columns = ["id", "time", "customer", "terminal", "amount", "account", "payee"]
            let csv = "1,2026-03-02T10:00:00Z,\(other),\(one),5.00,\(other),\(one)"
            seen.append(try transaction(csv, Self.fields(.csv(Mapping.CSVForm(columns: columns)))))
            var message = try transaction(xml(one, other), isoMapping())
            #expect(message.entities[.payee] == payee && message.terminal == payee && message.customer == debtor)
            // What a message says beside the fields of the others.
            (message.id, message.kind, message.original) = ("1", nil, nil)
            seen.append(message)
        }
        #expect(Set(seen.map(\.content)).count == 1)
        #expect(seen.allSatisfy { $0.entities[.payee] == payee && $0.entities[.account] == debtor })
        let hasher = EntityHasher()
        for entity in [Feature.Entity.payee, .account, .customer, .terminal] {
            #expect(Set(seen.map { hasher.event(of: $0).keys[entity] }).count == 1)
        }
        let tokens = try seen.map { try IdentifierRules().identifier(.payee, $0.entities[.payee] ?? "").canonical }
        #expect(Set(tokens) == [Array("iban:\(payee)".utf8)])
    }

    @Test("a message between banks whose check digits are 00, 01 or 99 is refused, though the remainder fits")
    func impossibleDigits() throws {
        let parser = RecordParser(mapping: try isoMapping())
        // 2 to the remainder of 99, 97 to that of 00, 98 to that of 01.
        for (digits, impossible) in [("02", "99"), ("97", "00"), ("98", "01")] {
            let account = try #require(
                (0..<10_000).lazy.map { "37040044\(1_000_000_000 + $0)" }.first {
                    Respelling.iban("DE", $0).hasPrefix("DE" + digits)
                })
            let debtor = Respelling.iban("NL", "ABNA0417164300")
            let parts = [digits, impossible].map { parser.parts(Array(xml("DE\($0)\(account)", debtor).utf8))[0] }
            #expect(parts[0].transaction != nil)
            #expect(parts[1].rejection == Rejection(reason: .accountInvalid, field: "creditor_account"))
        }
    }
}
