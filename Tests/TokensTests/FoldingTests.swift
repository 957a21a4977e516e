import Support
import Testing
import Tokens

/// What every kind of identifier has in common, seen through terminals, which keep all that is left.
@Suite("Texts as the rules of identifiers read them")
struct FoldingTests {
    private func read(_ text: String) -> String { canonical(.terminal, text) }

    private func text(_ scalars: some Sequence<UInt32>) -> String {
        String(String.UnicodeScalarView(scalars.compactMap(Unicode.Scalar.init)))
    }

    private static let invisible: [ClosedRange<UInt32>] = [
        0xAD...0xAD, 0x34F...0x34F, 0x61C...0x61C, 0x180E...0x180E, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2064,
        0x2066...0x206F, 0xFE00...0xFE0F, 0xFEFF...0xFEFF,
    ]
    private static let spaces: [UInt32] =
        [0x09, 0x0A, 0x0D, 0x20, 0xA0, 0x1680] + Array(0x2000...0x200A) + [0x2028, 0x2029, 0x202F, 0x205F, 0x3000]
    private static let dashes: [UInt32] = [0x2D] + Array(0x2010...0x2015) + [0x2212, 0xFE58, 0xFE63, 0xFF0D]

    @Test("what can't be seen goes, wherever it stands")
    func invisible() {
        for value in Self.invisible.joined() {
            #expect(read(text([value, 65, value, value, 66, value])) == "AB", "U+\(String(value, radix: 16))")
            #expect(read(text([value])) == "identifier_empty")
        }
    }

    @Test("spaces of every kind are one space between words, and none at the ends")
    func spaces() {
        for value in Self.spaces {
            #expect(read(text([value, 65, value, value, 66, value])) == "A B", "U+\(String(value, radix: 16))")
            #expect(read(text([value, value])) == "identifier_empty")
        }
    }

    @Test("dashes of every kind are hyphens")
    func dashes() {
        for value in Self.dashes {
            #expect(read(text([65, value, value, 66])) == "A--B", "U+\(String(value, radix: 16))")
        }
    }

    @Test("characters that control something, other than tab and line ends, are refused wherever they stand")
    func controls() {
        for value in Array(0...0x1F) + Array(0x7F...0x9F) as [UInt32] where ![9, 10, 13].contains(value) {
            for scalars in [[value], [value, 65], [65, value, 66], [65, value]] as [[UInt32]] {
                #expect(read(text(scalars)) == "identifier_control_character", "U+\(String(value, radix: 16))")
            }
        }
    }

    @Test("what can be printed of ASCII is taken, letters in capitals")
    func printable() {
        for value in UInt32(0x21)...0x7E {
            let expected = (0x61...0x7A).contains(value) ? value - 32 : value
            #expect(read(text([value, 65])) == text([expected, 65]))
        }
    }

    @Test("full-width characters are their ordinary ones")
    func fullWidth() {
        for value in UInt32(0xFF01)...0xFF5E {
            #expect(read(text([value, 65])) == read(text([value - 0xFEE0, 65])), "U+\(String(value, radix: 16))")
        }
        #expect(read("\u{FF00}") == "identifier_not_ascii" && read("\u{FF5F}") == "identifier_not_ascii")
    }

    @Test(
        "digits of every script are 0 to 9",
        arguments: [
            ("Arabic-Indic", 0x660), ("Extended Arabic-Indic", 0x6F0), ("NKo", 0x7C0), ("Devanagari", 0x966),
            ("Bengali", 0x9E6), ("Gurmukhi", 0xA66), ("Gujarati", 0xAE6), ("Oriya", 0xB66), ("Tamil", 0xBE6),
            ("Telugu", 0xC66), ("Kannada", 0xCE6), ("Malayalam", 0xD66), ("Thai", 0xE50), ("Lao", 0xED0),
            ("Tibetan", 0xF20), ("Myanmar", 0x1040), ("Khmer", 0x17E0), ("Mongolian", 0x1810),
            ("full-width", 0xFF10), ("mathematical bold", 0x1D7CE), ("mathematical monospace", 0x1D7F6),
        ] as [(String, UInt32)])
    func digits(script: String, zero: UInt32) {
        for digit in UInt32(0)...9 { #expect(read(text([zero + digit, 65])) == "\(digit)A") }
    }

    @Test(
        "other characters outside ASCII are refused, and so is what looks like a letter or a digit of it",
        arguments: [
            "é", "ß", "Ж", "Α", "А", "店", "😀", "①", "½", "²", "Ⅳ", "〇", "一", "e\u{301}", "ﬁ", "\u{E000}", "\u{FFFD}",
            "\u{37E}", "…", "’", "\u{2016}", "\u{200}", "\u{2065}", "\u{10FFFF}", "\u{E0020}",
        ])
    func notASCII(character: String) {
        for text in [character, "A" + character, character + "A"] { #expect(read(text) == "identifier_not_ascii") }
    }

    @Test("a text has at most 256 bytes of UTF-8 as it comes, whatever is left of it")
    func lengths() {
        let invisible = String(repeating: "\u{200B}", count: 84)
        #expect(read(invisible + "ABCD") == "ABCD")
        #expect(read(invisible + "ABCDE") == "identifier_too_long")
        #expect(read(String(repeating: " ", count: 255) + "A") == "A")
        #expect(read(String(repeating: " ", count: 257)) == "identifier_too_long")
        // Its length is looked at first.
        #expect(read(String(repeating: "é", count: 129)) == "identifier_too_long")
        #expect(read(String(repeating: "é", count: 128)) == "identifier_not_ascii")
        #expect(read(String(repeating: "\u{1}", count: 257)) == "identifier_too_long")
    }

    @Test("a reference is taken up to 128 bytes, counted before runs of spaces become one")
    func references() {
        let most = String(repeating: "a", count: 128)
        #expect(read("  \(most)  ") == most.uppercased())
        #expect(read(most + "a") == "identifier_too_long")
        #expect(read("a" + String(repeating: " ", count: 126) + "b") == "A B")
        #expect(read("a" + String(repeating: " ", count: 127) + "b") == "identifier_too_long")
    }

    @Test("the first thing wrong is named, in the order of the text")
    func order() {
        #expect(read("\u{1}é") == "identifier_control_character")
        #expect(read("é\u{1}") == "identifier_not_ascii")
        for kind in IdentifierKind.allCases {
            #expect(canonical(kind, "\u{200B} \u{3000}") == "identifier_empty")
            #expect(canonical(kind, "1\u{7}2") == "identifier_control_character")
            #expect(canonical(kind, "店") == "identifier_not_ascii")
            #expect(canonical(kind, String(repeating: "1", count: 257)) == "identifier_too_long")
        }
    }

    @Test("what is read again is what it was read as, for every kind")
    func idempotent() {
        for (kind, text, prefix) in [
            (IdentifierKind.card, " 4111-1111 1111 1111", ""), (.account, "iban: de89 3704 0044 0532 0130 00", "iban:"),
            (.account, "370.400-44 / 00 532.013", "local:"), (.payee, " acme   ltd ", "ref:"),
            (.payee, "DE89370400440532013000", "iban:"), (.merchant, " shop\t7 ", ""), (.terminal, "t–7", ""),
            (.device, "{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}", ""), (.email, "A.B@Example.Org.", ""),
            (.phone, "(030) 90-18/20", ""),
        ] {
            let first = canonical(kind, text)
            #expect(first.hasPrefix(prefix) && !first.hasPrefix("identifier_"))
            #expect(canonical(kind, String(first.dropFirst(prefix.count))) == first)
        }
    }

    @Test("noise that can't be seen changes no identifier, wherever it is put")
    func noise() {
        var generator = SplitMix64(3)
        let noise = Array(Self.invisible.joined())
        for (kind, text) in [
            (IdentifierKind.card, "4111111111111111"), (.account, "DE89370400440532013000"), (.payee, "acme"),
            (.device, "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"), (.email, "jane@example.com"), (.phone, "+4930901820"),
        ] {
            let expected = canonical(kind, text)
            for _ in 0..<40 {
                var scalars = text.unicodeScalars.map(\.value)
                for _ in 0..<5 {
                    let at = Int.random(in: 0...scalars.count, using: &generator)
                    scalars.insert(noise[Int.random(in: noise.indices, using: &generator)], at: at)
                }
                #expect(canonical(kind, self.text(scalars)) == expected)
            }
        }
    }
}
