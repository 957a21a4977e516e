import Formats
import Support
import Testing

/// Sums of decimals as they are taught at school: digit by digit from the right.
private struct SchoolSum {
    /// Least first, of which ten stand behind the point.
    private var digits = [Int](repeating: 0, count: 30)

    mutating func add(_ text: String) {
        let parts = text.split(separator: ".")
        let fraction = parts.count == 2 ? String(parts[1]) : ""
        let written = parts[0] + fraction + String(repeating: "0", count: 10 - fraction.count)
        for (place, digit) in written.reversed().enumerated() { digits[place] += digit.wholeNumberValue ?? 0 }
        for place in digits.indices.dropLast() where digits[place] > 9 {
            digits[place + 1] += 1
            digits[place] -= 10
        }
    }

    /// The sum with as many places behind the point as it needs, or all ten.
    func text(full: Bool) -> String {
        let whole = digits[10...].reversed().drop { $0 == 0 }.map(String.init).joined()
        let places = full ? digits[..<10] : digits[..<10].drop { $0 == 0 }
        let fraction = places.reversed().map(String.init).joined()
        return (whole.isEmpty ? "0" : whole) + (fraction.isEmpty ? "" : "." + fraction)
    }
}

@Suite("Control sums of any amounts")
struct ISOSumTests {
    private static let clearing = ISOSample.branch("SttlmInf", [.leaf("SttlmMtd", "CLRG")])

    /// The parts of a message to a clearing system of these amounts. What an amount is by itself does not matter.
    private func parts(_ sum: String, _ amounts: [String], _ syntax: Mapping.Syntax = .xml) throws -> [RecordPart] {
        let header = ISOSample.header([.leaf("CtrlSum", sum), Self.clearing], count: amounts.count)
        let transfers = amounts.enumerated().map { at, amount in
            ISOSample.transfer(
                ids: [.leaf("EndToEndId", "E\(at)")], amount: .amount("IntrBkSttlmAmt", currency: "EUR", amount))
        }
        return try ISOSample.creditTransfer(transfers, header: header).parts("pacs.008.001.08", syntax)
    }

    private func isRight(_ sum: String, _ amounts: [String], _ syntax: Mapping.Syntax = .xml) throws -> Bool {
        let parts = try parts(sum, amounts, syntax)
        let isRefused = parts.map(\.rejection) == [Rejection(reason: .controlSumMismatch, field: "CtrlSum")]
        #expect(isRefused || parts.count == amounts.count)
        return !isRefused
    }

    @Test("are what school adds up to, and no digit of them may be another", arguments: 1...25 as ClosedRange<UInt64>)
    func random(seed: UInt64) throws {
        var random = SplitMix64(seed)
        func digits(_ count: Int, _ random: inout SplitMix64) -> String {
            (0..<count).map { _ in "0129".randomElement(using: &random).map(String.init) ?? "0" }.joined()
        }
        let amounts = (0..<Int.random(in: 1...8, using: &random)).map { _ in
            let fraction = digits(Int.random(in: 0...10, using: &random), &random)
            return digits(Int.random(in: 1...15, using: &random), &random) + (fraction.isEmpty ? "" : "." + fraction)
        }
        var sum = SchoolSum()
        for amount in amounts { sum.add(amount) }
        let syntax: Mapping.Syntax = seed % 2 == 0 ? .xml : .json
        #expect(try isRight(sum.text(full: true), amounts, syntax), "\(amounts)")
        let text = sum.text(full: false)
        #expect(try isRight(text, amounts, syntax), "\(text) of \(amounts)")
        for place in text.indices where text[place] != "." {
            let other = ((text[place].wholeNumberValue ?? 0) + 1) % 10
            let wrong = text[..<place] + "\(other)" + text[text.index(after: place)...]
            #expect(try !isRight(String(wrong), amounts, syntax), "\(wrong) of \(amounts)")
        }
    }

    @Test("have up to 17 digits before the point and ten behind, as amounts have")
    func longest() throws {
        let most = String(repeating: "9", count: 17)
        let least = "0.0000000001"
        #expect(try isRight("\(most).9999999999", ["\(most).9999999998", least]))
        #expect(try !isRight("\(most).9999999999", ["\(most).9999999999", least]))
        // One more than the longest sum can't be written, and neither can what is below the least.
        #expect(try !isRight("1\(most.map { _ in "0" }.joined())", ["\(most).9999999999", least]))
        #expect(try isRight("7", ["1", "0.00000000001"]), "an amount that is none is not added up")
    }
}
