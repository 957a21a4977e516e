import Support
import Testing
import Tokens

@Suite("Check digits of cards and accounts")
struct CheckDigitTests {
    private func isCard(_ digits: [Int]) -> Bool {
        let text = digits.map(String.init).joined()
        return canonical(.card, text) == text
    }

    /// Luhn's sum by its table: a doubled digit counts as its digits' sum.
    private func luhn(_ digits: [Int]) -> Bool {
        let doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9]
        var sum = 0
        for (at, digit) in digits.enumerated() {
            sum += (digits.count - at) % 2 == 0 ? doubled[digit] : digit
        }
        return sum % 10 == 0
    }

    @Test(
        "published test numbers of card schemes are taken",
        arguments: [
            "4111111111111111", "4012888888881881", "4222222222222", "5555555555554444", "5105105105105100",
            "2223003122003222", "378282246310005", "371449635398431", "6011111111111117", "30569309025904",
            "38520000023237", "3530111333300000", "6304000000000000", "6759649826438453", "6212345678901232",
        ])
    func schemes(number: String) {
        #expect(canonical(.card, number) == number)
        let grouped = number.enumerated().map { $0 % 4 == 3 ? "\($1)-" : "\($1)" }.joined()
        #expect(canonical(.card, grouped) == number)
    }

    @Test("one last digit of ten fits, at each length, and it is Luhn's", arguments: 12...19)
    func oneInTen(length: Int) {
        var generator = SplitMix64(UInt64(length))
        for _ in 0..<20 {
            let start = [4] + (2..<length).map { _ in Int.random(in: 0...9, using: &generator) }
            let fitting = (0...9).filter { isCard(start + [$0]) }
            #expect(fitting.count == 1)
            #expect(fitting == (0...9).filter { luhn(start + [$0]) })
        }
    }

    @Test("every wrong digit is found, and every exchange of neighbours but of 0 and 9")
    func errors() {
        for number in [
            "4111111111111111", "5555555555554444", "378282246310005", "4012888888881881", "6304090000000001",
        ] {
            let digits = number.compactMap(\.wholeNumberValue)
            #expect(luhn(digits))
            for at in digits.indices {
                for digit in 0...9 where digit != digits[at] {
                    var wrong = digits
                    wrong[at] = digit
                    #expect(!isCard(wrong))
                }
                guard at > 0 else { continue }
                var exchanged = digits
                exchanged.swapAt(at, at - 1)
                let isBlind = Set([digits[at], digits[at - 1]]) == [0, 9] || digits[at] == digits[at - 1]
                #expect(isCard(exchanged) == isBlind, "\(exchanged)")
            }
        }
    }

    @Test("11 digits and 20 are no card, whatever Luhn's digit says")
    func lengths() {
        for length in [1, 2, 10, 11, 20, 21, 40] {
            let start = [Int](repeating: 4, count: length - 1)
            for digit in 0...9 {
                let text = (start + [digit]).map(String.init).joined()
                #expect(canonical(.card, text) == "identifier_wrong_form")
            }
        }
    }

    /// Examples of the registry of ISO 13616.
    static let ibans = [
        "AD1200012030200359100100", "AE070331234567890123456", "AL47212110090000000235698741", "AT611904300234573201",
        "BA391290079401028494", "BE68539007547034", "BG80BNBG96611020345678", "BH67BMAG00001299123456",
        "BR9700360305000010009795493P1", "CH9300762011623852957", "CR05015202001026284066",
        "CY17002001280000001200527600",
        "CZ6508000000192000145399", "DE89370400440532013000", "DK5000400440116243", "DO28BAGR00000001212453611324",
        "EE382200221020145685", "ES9121000418450200051332", "FI2112345600000785", "FO6264600001631634",
        "FR1420041010050500013M02606", "GB29NWBK60161331926819", "GE29NB0000000101904917", "GI75NWBK000000007099453",
        "GL8964710001000206", "GR1601101250000000012300695", "HR1210010051863000160", "HU42117730161111101800000000",
        "IE29AIBK93115212345678", "IL620108000000099999999", "IS140159260076545510730339",
        "IT60X0542811101000000123456", "KW81CBKU0000000000001234560101", "KZ86125KZT5004100100",
        "LB62099900000001001901229114", "LI21088100002324013AA", "LT121000011101001000", "LU280019400644750000",
        "LV80BANK0000435195001", "MC5811222000010123456789030", "MD24AG000225100013104168", "ME25505000012345678951",
        "MK07250120000058984", "MT84MALT011000012345MTLCAST001S", "NL91ABNA0417164300", "NO9386011117947",
        "PK36SCBL0000001123456702", "PL61109010140000071219812874", "PT50000201231234567890154",
        "RO49AAAA1B31007593840000", "RS35260005601001611379", "SA0380000000608010167519", "SE4550000000058398257466",
        "SI56263300012039086", "SK3112000000198742637541", "SM86U0322509800000000270100", "TN5910006035183598478831",
        "TR330006100519786457841326", "VG96VPVG0000012345678901", "XK051212012345678906",
    ]

    @Test("the registry's examples are taken, in groups of four and in small letters, too", arguments: ibans)
    func registry(iban: String) {
        #expect(canonical(.account, iban) == "iban:" + iban)
        #expect(canonical(.payee, iban) == "iban:" + iban)
        let groups = stride(from: 0, to: iban.count, by: 4).map { String(iban.dropFirst($0).prefix(4)) }
        for text in [groups.joined(separator: " "), groups.joined(separator: "-").lowercased(), "IBAN " + iban] {
            #expect(canonical(.account, text) == "iban:" + iban)
        }
    }

    @Test("every wrong digit and every exchange of unlike neighbours of an IBAN is found", arguments: ibans.prefix(12))
    func wrongIBAN(iban: String) {
        let characters = Array(iban)
        for at in characters.indices where characters[at].isNumber {
            for digit in "0123456789" where digit != characters[at] {
                var wrong = characters
                wrong[at] = digit
                #expect(canonical(.account, String(wrong)) == "identifier_check_failed")
                #expect(canonical(.payee, String(wrong)) == "identifier_check_failed")
            }
            guard at > 4, characters[at - 1].isNumber, characters[at - 1] != characters[at] else { continue }
            var exchanged = characters
            exchanged.swapAt(at, at - 1)
            #expect(canonical(.account, String(exchanged)) == "identifier_check_failed")
        }
    }

    /// ISO 7064's remainder by long division over the whole text of digits, as one would on paper.
    private func checkDigits(_ country: String, _ account: String) -> String {
        let text = (account + country + "00").map { $0.isNumber ? String($0) : String(Int($0.asciiValue!) - 55) }
            .joined()
        var rest = 0
        for digit in text { rest = (rest * 10 + digit.wholeNumberValue!) % 97 }
        let check = 98 - rest
        return check < 10 ? "0\(check)" : "\(check)"
    }

    @Test("the check digits are ISO 7064's, at each length from 15 to 34", arguments: 15...34)
    func computed(length: Int) {
        var generator = SplitMix64(UInt64(length))
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        for _ in 0..<10 {
            let account = String((4..<length).map { _ in alphabet[Int.random(in: 0..<36, using: &generator)] })
            let right = checkDigits("QX", account)
            #expect(canonical(.account, "QX\(right)\(account)") == "iban:QX\(right)\(account)")
            let wrong = right == "50" ? "51" : "50"
            #expect(canonical(.account, "QX\(wrong)\(account)") == "identifier_check_failed")
        }
    }

    @Test("14 and 35 characters have no IBAN's form, and are read as a local number where that has room")
    func lengthsOfIBAN() {
        let short = "QX" + checkDigits("QX", "1234567890") + "1234567890"
        #expect(canonical(.account, short) == "local:10070024/\(short)")
        let long = "QX" + checkDigits("QX", String(repeating: "1", count: 31)) + String(repeating: "1", count: 31)
        #expect(canonical(.account, long) == "identifier_wrong_form")
    }
}
