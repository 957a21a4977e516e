import Formats
import Records
import Testing

@Suite("Choices that ISO 20022 messages leave, and what is taken")
struct ISOChoiceTests {
    private func message(_ parts: [RecordPart], _ field: ISOField) -> String? { parts[0].message[field.rawValue] }

    /// A field of a credit transfer with `more` in it, read from both syntaxes.
    private func transfer(
        _ field: ISOField, ids: [ISOSample] = [.leaf("EndToEndId", "E")], _ more: [ISOSample] = []
    ) throws -> String? {
        let found = try ISOSample.syntaxes.map {
            message(try ISOSample.creditTransfer([.transfer(ids: ids, more)]).parts("pacs.008.001.08", $0), field)
        }
        #expect(found[0] == found[1])
        return found[0]
    }

    private func order(_ field: ISOField, block: [ISOSample], _ transfer: ISOSample = .order()) throws -> String? {
        let found = try ISOSample.syntaxes.map {
            message(try ISOSample.initiation([block + [transfer]]).parts("pain.001.001.09", $0), field)
        }
        #expect(found[0] == found[1])
        return found[0]
    }

    @Test(
        "a credit transfer's reference is its UETR, else its transaction id, else its end-to-end id",
        arguments: [
            ("E", "T", "U", "U"), ("E", "T", nil, "T"), ("E", nil, "U", "U"), ("E", nil, nil, "E"),
            ("E", "NOTPROVIDED", nil, "E"), ("E", "T", "NOTPROVIDED", "T"), ("NOTPROVIDED", "T", nil, "T"),
            ("NOTPROVIDED", nil, "U", "U"), ("NOTPROVIDED", nil, nil, nil), ("NOTPROVIDED", "NOTPROVIDED", nil, nil),
            ("notprovided", nil, nil, nil), ("Not Provided", "T", nil, "T"), ("NOTPROVIDED1", nil, nil, "NOTPROVIDED1"),
        ] as [(String, String?, String?, String?)])
    func reference(end: String, transaction: String?, uetr: String?, expected: String?) throws {
        let ids = [("EndToEndId", end), ("TxId", transaction), ("UETR", uetr)].compactMap { name, text in
            text.map { ISOSample.leaf(name, $0) }
        }
        #expect(try transfer(.reference, ids: ids) == expected)
        // The words for none stay where they were.
        #expect(try transfer(.endToEndID, ids: ids) == end)
        #expect(try transfer(.transactionID, ids: ids) == transaction)
    }

    @Test(
        "an order's reference is its UETR, else its end-to-end id behind that of its payment information",
        arguments: [
            ("P", "E", nil, "P/E"), (nil, "E", nil, "E"), ("P", "E", "U", "U"), ("P", "NOTPROVIDED", "U", "U"),
            ("P", "NOTPROVIDED", nil, "M-1/P/1"), (nil, "NOTPROVIDED", nil, "M-1/1"), ("NOTPROVIDED", "E", nil, "E"),
            (nil, "E", "NOTPROVIDED", "E"),
        ] as [(String?, String, String?, String?)])
    func orderReference(block: String?, end: String, uetr: String?, expected: String?) throws {
        let ids = [ISOSample.leaf("EndToEndId", end)] + (uetr.map { [.leaf("UETR", $0)] } ?? [])
        let information: [ISOSample] = block.map { [.leaf("PmtInfId", $0)] } ?? []
        #expect(try order(.reference, block: information, .order(ids)) == expected)
    }

    @Test(
        "an outcome's original is named by UETR, else transaction id, else end-to-end id",
        arguments: [
            ("E", "T", "U", "U"), ("E", "T", nil, "T"), ("E", nil, nil, "E"), ("E", "T", "NOTPROVIDED", "T"),
            ("E", "NOTPROVIDED", nil, "E"), ("NOTPROVIDED", nil, nil, nil), (nil, nil, nil, nil),
        ] as [(String?, String?, String?, String?)])
    func original(end: String?, transaction: String?, uetr: String?, expected: String?) throws {
        let ids = [("OrgnlEndToEndId", end), ("OrgnlTxId", transaction), ("OrgnlUETR", uetr)].compactMap { name, text in
            text.map { ISOSample.leaf(name, $0) }
        }
        let report = ISOSample.branch(
            "FIToFIPmtStsRpt", [.header(), .branch("TxInfAndSts", ids + [.leaf("TxSts", "ACSC")])])
        for syntax in ISOSample.syntaxes {
            let part = try report.parts("pacs.002.001.10", syntax)[0]
            #expect(part.outcome?.transaction == expected)
            let missing = Rejection(reason: .missingField, field: "original_reference")
            #expect(part.rejection == (expected == nil ? missing : nil))
        }
    }

    @Test("an account is its IBAN, else another id, else an old proprietary one")
    func accounts() throws {
        func account(_ children: [ISOSample]) throws -> String? {
            try transfer(.debtorAccount, [.branch("DbtrAcct", [.branch("Id", children)])])
        }
        let iban = ISOSample.leaf("IBAN", "NL91ABNA0417164300")
        let other = ISOSample.branch("Othr", [.leaf("Id", "12345")])
        let old = ISOSample.branch("PrtryAcct", [.leaf("Id", "678")])
        #expect(try account([other, iban]) == "NL91ABNA0417164300")
        #expect(try account([old, other]) == "12345" && account([old]) == "678")
        #expect(try account([.leaf("BBAN", "ab 12")]) == "AB 12" && account([.leaf("UPIC", "345678")]) == "345678")
        #expect(try account([.leaf("IBAN", ""), other]) == "12345" && account([]) == nil)
    }

    @Test("an agent is its BIC, by the new or the old name, else a clearing member, else another id")
    func agents() throws {
        func agent(_ children: [ISOSample]) throws -> String? {
            try transfer(.creditorAgent, [.branch("CdtrAgt", [.branch("FinInstnId", children)])])
        }
        let new = ISOSample.leaf("BICFI", "COBADEFF")
        let old = ISOSample.leaf("BIC", "DEUTDEFF")
        let clearing = ISOSample.branch("ClrSysMmbId", [.leaf("MmbId", "37040044")])
        let other = ISOSample.branch("Othr", [.leaf("Id", "x-1")])
        #expect(try agent([other, clearing, old, new]) == "COBADEFF" && agent([other, clearing, old]) == "DEUTDEFF")
        #expect(try agent([other, clearing]) == "37040044" && agent([other]) == "x-1" && agent([]) == nil)
    }

    @Test("a party's country is of its address, else of its residence")
    func countries() throws {
        let residence = ISOSample.leaf("CtryOfRes", "FR")
        let address = ISOSample.branch("PstlAdr", [.leaf("Ctry", "DE")])
        #expect(try transfer(.creditorCountry, [.branch("Cdtr", [residence, address])]) == "DE")
        #expect(try transfer(.creditorCountry, [.branch("Cdtr", [residence])]) == "FR")
        #expect(try transfer(.debtorCountry, [.branch("Dbtr", [.branch("PstlAdr", []), residence])]) == "FR")
        #expect(try transfer(.debtorCountry, [.branch("Cdtr", [residence])]) == nil)
    }

    @Test("a code is taken before a word of the sender's own, and a payment's type before its block's")
    func codes() throws {
        let own = ISOSample.leaf("Prtry", "own")
        #expect(try transfer(.purpose, [.branch("Purp", [own])]) == "own")
        #expect(try transfer(.purpose, [.branch("Purp", [own, .leaf("Cd", "GDDS")])]) == "GDDS")
        let block = ISOSample.branch(
            "PmtTpInf", [ISOSample.coded("SvcLvl", "SEPA"), .branch("LclInstrm", [own])])
        let inner = ISOSample.branch("PmtTpInf", [ISOSample.coded("LclInstrm", "INST")])
        #expect(try order(.localInstrument, block: [block]) == "own")
        #expect(try order(.localInstrument, block: [block], .order([.leaf("EndToEndId", "E")], [inner])) == "INST")
        #expect(try order(.serviceLevel, block: [block], .order([.leaf("EndToEndId", "E")], [inner])) == "SEPA")
    }

    @Test("the day of execution is a date as it was, or one of two kinds below it")
    func execution() throws {
        let plain = ISOSample.leaf("ReqdExctnDt", "2026-03-04")
        #expect(try order(.executionDate, block: [plain]) == "2026-03-04")
        let date = ISOSample.branch("ReqdExctnDt", [.leaf("Dt", "2026-03-05")])
        #expect(try order(.executionDate, block: [date]) == "2026-03-05")
        let moment = ISOSample.branch("ReqdExctnDt", [.leaf("DtTm", "2026-03-06T08:00:00Z")])
        #expect(try order(.executionDate, block: [moment]) == "2026-03-06T08:00:00Z")
    }

    @Test("an order's amount is what is instructed, else what that is worth in another currency")
    func amounts() throws {
        func amount(_ children: [ISOSample]) throws -> [String?] {
            let transfer = ISOSample.branch(
                "CdtTrfTxInf", [.branch("PmtId", [.leaf("EndToEndId", "E")]), .branch("Amt", children)])
            return [try order(.amount, block: [], transfer), try order(.currency, block: [], transfer)]
        }
        let instructed = ISOSample.amount("InstdAmt", currency: "EUR", "10")
        let equivalent = ISOSample.branch("EqvtAmt", [.amount("Amt", currency: "USD", "12"), .leaf("CcyOfTrf", "CHF")])
        #expect(try amount([equivalent, instructed]) == ["10", "EUR"])
        #expect(try amount([equivalent]) == ["12", "USD"])
        #expect(try amount([]) == [nil, nil])
    }

    @Test("the debtor of an order is that of the block, whatever stands in the transfer")
    func debtors() throws {
        let block = ISOSample.branch("Dbtr", [.leaf("Nm", "Ada")])
        let inner = ISOSample.order([.leaf("EndToEndId", "E")], [.branch("Dbtr", [.leaf("Nm", "Eve")])])
        #expect(try order(.debtorName, block: [block], inner) == "Ada")
        #expect(try order(.debtorName, block: [], inner) == nil)
    }

    @Test("an outcome's original message is its own, else its group's")
    func originalMessages() throws {
        func message(_ own: String?, _ group: String?) throws -> String? {
            let transaction = ISOSample.branch(
                "TxInf",
                [.leaf("OrgnlTxId", "T")] + (own.map { [.branch("OrgnlGrpInf", [.leaf("OrgnlMsgId", $0)])] } ?? []))
            let around = group.map { [ISOSample.branch("OrgnlGrpInf", [.leaf("OrgnlMsgId", $0)])] } ?? []
            return try ISOSample.branch("PmtRtr", [.header()] + around + [transaction])
                .parts("pacs.004.001.09", .xml)[0].message["original_message_id"]
        }
        #expect(try message("own", "group") == "own" && message(nil, "group") == "group")
        #expect(try message("own", nil) == "own" && message(nil, nil) == nil)
    }

    @Test("several payment informations, and several underlying groups of a recall, are one list in order")
    func blocks() throws {
        let orders = ISOSample.initiation(
            [1, 2].map { block in
                [.leaf("PmtInfId", "P\(block)")] + [1, 2].map { .order([.leaf("EndToEndId", "E\($0)")]) }
            }, count: 4)
        let recall = ISOSample.branch(
            "FIToFIPmtCxlReq",
            [.branch("Assgnmt", [.leaf("Id", "A"), .leaf("CreDtTm", "2026-03-02")])]
                + [1, 2].map { group in
                    .branch("Undrlyg", [1, 2].map { .branch("TxInf", [.leaf("OrgnlTxId", "\(group)\($0)")]) })
                })
        for syntax in ISOSample.syntaxes {
            let references = try orders.parts("pain.001.001.03", syntax).map { $0.message["reference"] ?? "none" }
            #expect(references == ["P1/E1", "P1/E2", "P2/E1", "P2/E2"])
            let recalled = try recall.parts("camt.056.001.08", syntax).map { $0.outcome?.transaction ?? "none" }
            #expect(recalled == ["11", "12", "21", "22"])
        }
    }
}
