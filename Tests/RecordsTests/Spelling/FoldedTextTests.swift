import Foundation
import Records
import Testing

@Suite("Texts folded to ASCII")
struct FoldedTextTests {
    private typealias Reading = Result<String, FoldedText.Fault>

    private func folded(_ text: String) -> Reading {
        Reading { () throws(FoldedText.Fault) in String(decoding: try FoldedText(text).bytes, as: UTF8.self) }
    }

    /// Whether what `a`, the character and `b` are read as agrees with what Unicode says of the character.
    private func agrees(_ reading: Reading, _ scalar: Unicode.Scalar, digit: Int?) -> Bool {
        let (properties, category) = (scalar.properties, scalar.properties.generalCategory)
        if let digit { return reading == .success("a\(digit)b") }
        switch reading {
        case .success("ab"): return properties.isDefaultIgnorableCodePoint
        case .success("a b"): return properties.isWhitespace
        case .success("a-b"): return properties.isDash
        case .success(let text): return text == "a" + String(scalar).precomposedStringWithCompatibilityMapping + "b"
        case .failure(.controlCharacter): return category == .control
        case .failure(.notASCII):
            return ![.control, .spaceSeparator, .lineSeparator, .paragraphSeparator].contains(category)
                && !scalar.isASCII
        case .failure: return false
        }
    }

    @Test("every character is read as Unicode describes it, or refused")
    func characters() {
        // Decimal digits of a script stand side by side from 0 to 9, so that counting them tells their values.
        var run = 0
        for value in Array(0...0x1_FFFF as ClosedRange<UInt32>) + Array(0xE_0000...0xE_01FF as ClosedRange<UInt32>) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let isDigit = scalar.properties.generalCategory == .decimalNumber
            let reading = folded("a\(scalar)b")
            if !agrees(reading, scalar, digit: isDigit ? run % 10 : nil) {
                Issue.record("U+\(String(value, radix: 16)) is read as \(reading)")
            }
            run = isDigit ? run + 1 : 0
        }
    }

    @Test("spaces and what can't be seen go at the ends, and spaces inside stay")
    func ends() {
        for end in ["", " ", "\u{A0}\u{200B}\t", "\u{FEFF}\r\n", "\u{3000}\u{AD} "] {
            #expect(folded("\(end)x \u{2060} y\(end)") == .success("x  y"))
            #expect(folded(end) == .failure(.empty))
        }
    }

    @Test("length is of the bytes that are sent, before anything is folded")
    func lengths() {
        #expect(folded(String(repeating: "q", count: 256)) == .success(String(repeating: "q", count: 256)))
        // Three bytes each.
        #expect(folded(String(repeating: "\u{FF51}", count: 85)) == .success(String(repeating: "q", count: 85)))
        for text in [("q", 257), ("\u{FF51}", 86), (" ", 257), ("\u{200B}", 86), ("\u{1}", 257), ("\u{E9}", 129)] {
            #expect(folded(String(repeating: text.0, count: text.1)) == .failure(.tooLong))
        }
    }

    @Test("the fault is that of the first character which has one")
    func firstFault() {
        #expect(folded("x\u{7}\u{E9}") == .failure(.controlCharacter))
        #expect(folded("x\u{E9}\u{7}") == .failure(.notASCII))
        #expect(folded(" \u{200B}\u{7F}") == .failure(.controlCharacter))
    }
}
