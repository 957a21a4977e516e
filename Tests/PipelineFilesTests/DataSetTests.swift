import Formats
import Foundation
import PipelineFiles
import Records
import Support
import Testing
import Worlds

/// Public data sets by their committed mappings and replay files: invented rows in the layout that is downloaded.
@Suite("Public data sets are read without code")
struct DataSetTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A replay of one file, and what became of its rows.
    private func load(
        _ name: String, _ text: String, rates: String = "rates.yaml"
    ) throws -> (transactions: [LabelledTransaction], account: ReplayAccount) {
        let source = try readReplay(
            file: ConfigurationFixture.committed("replays/\(name).yaml"),
            rates: ConfigurationFixture.committed(rates))
        return try source.load(folder.write(text, to: "data.csv"), lastDay: .max) { _, _ in }
    }

    private func time(_ text: String) throws -> EventTime { try #require(EventTime(rfc3339: text)) }

    @Test("PaySim: hours from a start, ids from places, kinds by codes")
    func paysim() throws {
        let (rows, account) = try load(
            "paysim",
            """
            step,type,amount,nameOrig,oldbalanceOrg,newbalanceOrig,nameDest,oldbalanceDest,newbalanceDest,isFraud,isFlaggedFraud
            1,PAYMENT,12.5,C700000011,50.0,37.5,M900000001,0.0,0.0,0,0
            25,TRANSFER,4000000.85999,C700000018,4000000.86,0.0,C900000002,0.0,0.0,1,1
            743,CASH_OUT,7.0,C700000019,7.0,0.0,C900000002,0.0,7.0,1,0
            743,CASH_IN,7.0,C700000016,7.0,14.0,C900000003,7.0,0.0,0,0

            """)
        #expect(account.lines.isEmpty)
        #expect(rows.map(\.transaction.id) == ["data.csv/2", "data.csv/3", "data.csv/4", "data.csv/5"])
        #expect(
            try rows.prefix(3).map(\.transaction.time) == [
                time("2026-01-01T00:00:00Z"), time("2026-01-02T00:00:00Z"), time("2026-01-31T22:00:00Z"),
            ])
        #expect(rows.map(\.transaction.kind) == [.transfer, .instantTransfer, .cashOut, .transfer])
        #expect(rows[1].transaction.amount == MinorUnits(400_000_086) && rows[1].transaction.customer == "C700000018")
        #expect(rows[1].transaction.entities == [.account: "C700000018", .payee: "C900000002"])
        #expect(rows.map(\.fraud) == [false, true, true, false])
        #expect(rows.map(\.member.name) == ["bank-a", "bank-b", "bank-c", "bank-b"])
    }

    @Test("PaySim's mapping reads a stream of rows without a header, too")
    func paysimStream() throws {
        let parser = RecordParser(
            mapping: try readMapping(file: ConfigurationFixture.committed("mappings/paysim.yaml")))
        let row = "2,DEBIT,3.00,C700000011,50.0,47.0,M900000001,0.0,0.0,0,0"
        let part = try #require(parser.parts(Array(row.utf8), at: RecordPlace("t/0/7")).first)
        #expect(part.transaction?.id == "t/0/7" && part.labelled?.fraud == false)
    }

    @Test("Sparkov: an index without a name, quoted merchants, categories by codes")
    func sparkov() throws {
        let (rows, account) = try load(
            "sparkov",
            """
            ,trans_date_trans_time,cc_num,merchant,category,amt,first,last,gender,street,city,state,zip,lat,long,city_pop,job,dob,\
            trans_num,unix_time,merch_lat,merch_long,is_fraud
            0,2019-03-02 00:00:18,4000000000000002,"fraud_Ada, Bo and Sons",misc_net,4.97,A,B,F,1 Road,Town,NC,28654,36.1,-81.2,\
            3495,"Clerk, senior",1988-03-09,aa01,1330646418,36.0,-82.0,0
            1,2019-03-02 10:15:44,630400000017,fraud_Cy,gas_transport,107.23,C,D,M,2 Road,Town,WA,99160,48.9,-118.2,149,Cook,\
            1978-06-21,aa02,1330683344,49.2,-118.2,1

            """)
        #expect(account.lines.isEmpty && rows.map(\.transaction.id) == ["aa01", "aa02"])
        let first = rows[0].transaction
        #expect(try first.time == time("2019-03-02T00:00:18Z") && first.amount == MinorUnits(497))
        #expect(first.customer == "4000000000000002" && first.terminal == "fraud_Ada, Bo and Sons")
        #expect(first.kind == .card && first.channel == .online && rows[1].transaction.channel == .pos)
        #expect(rows.map(\.transaction.entities[.merchantCategory]) == ["5999", "5541"])
        #expect(rows.map(\.fraud) == [false, true] && rows.map(\.member.name) == ["bank-a", "bank-b"])
    }

    @Test("IEEE-CIS: seconds from a start, columns by name among hundreds")
    func ieee() throws {
        let masked = (1...339).map { "V\($0)" }.joined(separator: ",")
        let blanks = String(repeating: ",", count: 338)
        let (rows, account) = try load(
            "ieee-cis",
            """
            TransactionID,isFraud,TransactionDT,TransactionAmt,ProductCD,card1,card2,card3,card4,card5,card6,addr1,addr2,dist1,\
            dist2,P_emaildomain,R_emaildomain,\(masked)
            3100000,0,86400,68.5,W,13926,,150.0,discover,142.0,credit,315.0,87.0,19.0,,,,\(blanks)
            3100001,1,86469,37.098,C,4663,490.0,150.0,visa,166.0,debit,330.0,87.0,287.0,,mail.test,post.test,\(blanks)

            """)
        #expect(account.lines.isEmpty && rows.map(\.transaction.id) == ["3100000", "3100001"])
        #expect(
            try rows.map(\.transaction.time) == [time("2017-12-01T00:00:00Z"), time("2017-12-01T00:01:09Z")])
        #expect(rows.map(\.transaction.amount.value) == [6850, 3710] && rows.map(\.fraud) == [false, true])
        #expect(
            rows.map(\.transaction.customer) == ["13926", "4663"] && rows.map(\.transaction.terminal) == ["W", "C"])
        #expect(rows.map(\.transaction.entities[.payee]) == [nil, "POST.TEST"])
    }

    @Test("ULB: seconds from a start, one of them with an exponent, and outcomes in quotes")
    func ulb() throws {
        let names = (1...28).map { "\"V\($0)\"" }.joined(separator: ",")
        let values = Array(repeating: "-0.5", count: 28).joined(separator: ",")
        let (rows, account) = try load(
            "ulb",
            """
            "Time",\(names),"Amount","Class"
            0,\(values),149.62,"0"
            1e+05,\(values),2.69,"1"

            """)
        #expect(account.lines.isEmpty && rows.map(\.fraud) == [false, true])
        #expect(
            try rows.map(\.transaction.time) == [time("2013-09-01T00:00:00Z"), time("2013-09-02T03:46:40Z")])
        #expect(rows.map(\.member.name) == ["bank-a", "bank-a"] && rows[1].transaction.amount == MinorUnits(269))
    }

    @Test("BAF: months as days, the credit limit as amount")
    func baf() throws {
        let (rows, account) = try load(
            "baf",
            """
            fraud_bool,income,name_email_similarity,prev_address_months_count,current_address_months_count,customer_age,\
            days_since_request,intended_balcon_amount,payment_type,zip_count_4w,velocity_6h,velocity_24h,velocity_4w,\
            bank_branch_count_8w,date_of_birth_distinct_emails_4w,employment_status,credit_risk_score,email_is_free,\
            housing_status,phone_home_valid,phone_mobile_valid,bank_months_count,has_other_cards,proposed_credit_limit,\
            foreign_request,source,session_length_in_minutes,device_os,keep_alive_session,device_distinct_emails_8w,\
            device_fraud_count,month
            1,0.9,0.16,-1,88,50,0.02,-1.3,AA,769,10650.7,3134.3,3863.6,1,6,CA,185,0,BA,1,0,24,0,500.0,0,INTERNET,3.8,windows,0,1,0,7
            0,0.3,0.98,-1,9,50,0.03,-1.4,AB,366,534.0,2670.9,3124.2,718,3,CA,259,1,BB,0,0,15,0,1500.0,0,TELEAPP,16.2,linux,0,1,0,0

            """)
        #expect(account.lines.isEmpty && rows.map(\.fraud) == [false, true], "by month")
        #expect(rows.map(\.transaction.amount.value) == [150_000, 50_000])
        #expect(rows.map(\.transaction.channel) == [.phone, .online])
        #expect(try rows[1].transaction.time == time("2017-02-08"))
    }

    @Test("IBM AML: two columns of one name, currencies by name, banks by their number's last digit")
    func ibm() throws {
        let columns = "Amount Received,Receiving Currency,Amount Paid,Payment Currency,Payment Format,Is Laundering\n"
        let text = """
            2022/09/01 00:20,010,8000AAA30,0017,8000BBB30,3697.34,US Dollar,3697.34,US Dollar,Reinvestment,0
            2022/09/01 23:59,0027,8000CCC30,010,8000AAA30,0.01,Euro,1000.00,Yen,Credit Card,1

            """
        for second in ["Account", "Account.1"] {
            let (rows, account) = try load(
                "ibm-aml", "Timestamp,From Bank,Account,To Bank,\(second),\(columns)\(text)",
                rates: "replays/ibm-aml-rates.yaml")
            #expect(account.lines.isEmpty && rows.map(\.fraud) == [false, true])
            #expect(rows.map(\.transaction.customer) == ["8000AAA30", "8000CCC30"])
            #expect(rows.map(\.transaction.terminal) == ["8000BBB30", "8000AAA30"])
            #expect(try rows[1].transaction.time == time("2022-09-01T23:59:00Z"))
            #expect(rows.map(\.transaction.original?.currency.code) == ["USD", "JPY"])
            #expect(rows.map(\.transaction.kind) == [.transfer, .card])
            #expect(rows.map(\.member.name) == ["bank-a", "bank-b"])
        }
    }

    @Test("IBM AML: payments in Bitcoin are rejected and counted")
    func bitcoin() throws {
        let rows = (0..<20).map { number in
            "2022/09/01 00:\(10 + number),1,A\(number),2,B,1.00,Euro,1.00,\(number == 7 ? "Bitcoin" : "Euro"),ACH,0\n"
        }
        let (taken, account) = try load(
            "ibm-aml",
            "Timestamp,From Bank,Account,To Bank,Account,Amount Received,Receiving Currency,Amount Paid,Payment Currency,"
                + "Payment Format,Is Laundering\n" + rows.joined(), rates: "replays/ibm-aml-rates.yaml")
        #expect(taken.count == 19 && account.lines.first == "20 rows: 19 taken, 1 rejected as value_invalid")
    }
}
