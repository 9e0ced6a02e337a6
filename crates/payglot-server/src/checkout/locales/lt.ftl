# Kiekvienas tekstas pasako, kas įvyko, kas yra su pinigais ir ką galima daryti toliau.

## Kiekviename puslapyje
test-banner = Bandymas: pinigai nenurašomi
secured = Apsaugota „payglot“
language-label = Kalba
order = Užsakymas Nr. { $number }
time-left = Liko laiko sumokėti
minutes-left = { $count ->
    [one] Sumokėti liko { $count } minutė
    [few] Sumokėti liko { $count } minutės
   *[other] Sumokėti liko { $count } minučių
}
moment = { $year } m. { $month ->
    [1] sausio
    [2] vasario
    [3] kovo
    [4] balandžio
    [5] gegužės
    [6] birželio
    [7] liepos
    [8] rugpjūčio
    [9] rugsėjo
    [10] spalio
    [11] lapkričio
   *[12] gruodžio
} { $day } d., { $clock } UTC
return-to-shop = Grįžti į „{ $shop }“
return-to-the-shop = Grįžti į parduotuvę
try-again = Bandyti dar kartą
error-prefix = Klaida
copy = Kopijuoti
copied = Nukopijuota

## Kortelės forma
card-title = { $amount } mokėjimas – { $shop }
card-heading = Mokėjimas kortele
accepted-cards = Priimamos kortelės
number-label = Kortelės numeris
expiry-label = Galioja iki
expiry-placeholder = MM / YY
expiry-hint = Mėnuo / metai
code-label = CVC kodas
code-hint = 3 skaitm. nugarėlėje
code-hint-amex = 4 skaitm. priekyje
holder-label = Vardas ant kortelės
optional = neprivaloma
pay-button = Mokėti { $amount }
hold-button = Rezervuoti { $amount }
busy = Palaukite…
cancel-button = Atšaukti ir grįžti į parduotuvę
back-to-shop = Grįžti į parduotuvę
pay-button-mobile = Mokėti
hold-button-mobile = Rezervuoti
cancel-button-mobile = Atšaukti
code-hint-mobile = 3 skaitmenys
another-way-button-mobile = Kitas būdas
test-cards = Įrašyti bandomąją kortelę
test-cards-note = Tikros kortelės čia neveikia.
test-card-paid = Apmokėta
test-card-paid-3ds = Apmokėta po 3-D Secure
test-card-no-money = Nepakanka lėšų
test-card-no-answer = Bankas neatsako
test-card-declined = Atmesta
errors-summary = { $count ->
    [one] Pataisykite { $count } laukelį. Pinigai nenurašyti.
    [few] Pataisykite { $count } laukelius. Pinigai nenurašyti.
   *[other] Pataisykite { $count } laukelių. Pinigai nenurašyti.
}
error-number-missing = Įveskite kortelės numerį
error-number-invalid = Trūksta skaitmens arba įsivėlė klaida
error-number-brand = Parduotuvė tokių kortelių nepriima
error-number-two-cards = Pasirinkta išsaugota kortelė ir įvestas kitos numeris. Pasirinkite išsaugotą arba kitą įveskite dar kartą.
error-expiry-missing = Įveskite mėnesį ir metus
error-expiry-invalid = Po du skaitmenis, pvz., 08 / 29
error-expiry-past = Kortelės galiojimas baigėsi
error-code-missing = Įveskite kodą
error-code-invalid = Įveskite 3 skaitmenis
error-code-invalid-amex = Įveskite 4 skaitmenis
error-holder-invalid = Rašykite lotyniškomis raidėmis, kaip ant kortelės
declined-title = Bankas nepatvirtino mokėjimo
nothing-taken = Pinigai iš kortelės nenurašyti.
tries-left = { $count ->
    [one] Liko { $count } bandymas.
    [few] Liko { $count } bandymai.
   *[other] Liko { $count } bandymų.
}
stale-title = Ši forma paseno
stale-body = Pinigai nenurašyti. Įveskite kortelės duomenis dar kartą.
switched-title = Pasirinkite kitą kortelę
switched-body = Ankstesnis bandymas sustabdytas, pinigai nenurašyti. Įveskite kitos kortelės duomenis.

## Išsaugotos kortelės
saved-title = Kuo mokėsite
saved-another = Kita kortelė
saved-or-typed = Numerio, galiojimo datos ir vardo reikia tik kitai kortelei. Išsaugotai užtenka saugos kodo.
saved-until = iki { $date }
saved-remove = Pašalinti
saved-remove-card = Pašalinti { $card }
removed-title = Kortelė pašalinta. Pinigai nenurašyti.
saved-gone-title = Šio užsakymo čia apmokėti nebegalima
saved-gone-body = Parduotuvė pasirinko išsaugotą kortelę, kurios nebėra. Pinigai nenurašyti. Grįžkite į parduotuvę ir užsisakykite iš naujo.
save-label = Išsaugoti kortelę
save-note = Kitą kartą „{ $shop }“ prašys tik saugos kodo; jo niekada nesaugome.
save-always = Kortelė bus išsaugota kitiems mokėjimams parduotuvėje „{ $shop }“. Saugos kodas nesaugomas.

## Kodėl mokėjimas atmestas
reason-funds = Kortelėje nepakanka pinigų. Naudokite kitą kortelę arba papildykite šią.
reason-limit = Mokėjimas viršija kortelės limitą. Naudokite kitą kortelę arba paprašykite banko limitą padidinti.
reason-details = Patikrinkite kortelės numerį, galiojimo datą, CVC kodą ir ar kortelėje pakanka pinigų.
reason-expired-card = Banko duomenimis, kortelės galiojimas baigėsi. Naudokite kitą kortelę.
reason-shop = Šio mokėjimo priimti nepavyko. Naudokite kitą kortelę arba kreipkitės į parduotuvę.
reason-bank = Kortelę išdavęs bankas atsisakė ir nenurodė priežasties. Naudokite kitą kortelę arba paskambinkite į banką.
reason-authentication = Bankas negavo teisingo patvirtinimo. Bandykite dar kartą arba naudokite kitą kortelę.
reason-connection = Nepavyko susisiekti su banku. Bandykite po kelių minučių arba naudokite kitą kortelę.
reason-impossible = Ši kortelė tokiam mokėjimui netinka. Naudokite kitą kortelę.
reason-not-a-test-card = Tai bandomoji aplinka, tikros kortelės čia nepriimamos. Naudokite vieną iš bandomųjų kortelių.

## Patvirtinimas banke
challenge-title = Patvirtinkite mokėjimą banke
challenge-body = Bankas nori įsitikinti, kad mokate jūs. Kol nepatvirtinsite, pinigai nebus nurašyti.
challenge-back = Grįžote nebaigę patvirtinimo. Tęskite nuo tos pačios vietos arba naudokite kitą kortelę.
challenge-button = Tęsti banko puslapyje
another-card-button = Mokėti kita kortele

## Laukimas
wait-title = Bankas apdoroja mokėjimą
wait-body = Paprastai tai trunka kelias sekundes. Neuždarykite šio puslapio: jis pasikeis pats.
wait-again = Patikrinti dabar
unknown-title = Laukiame banko atsakymo
unknown-body = Bankas dar neatsakė, todėl nežinome, ar pinigai nurašyti. Prašome nemokėti dar kartą.
unknown-next = Mes ir toliau klausiame banko. Puslapį galite uždaryti: parduotuvė sužinos rezultatą, o jei mokėjimas nepavyks, pinigai nebus nurašyti.

## Mokėjimo būdo pasirinkimas
choice-title = Kaip norite mokėti?
choice-country = Šalis
choice-country-button = Rodyti
choice-none = Šiam užsakymui čia nėra tinkamo mokėjimo būdo. Pasirinkite kitą šalį arba grįžkite į parduotuvę.
choice-nothing-title = Nėra galimo mokėjimo būdo
choice-nothing = Šio užsakymo čia apmokėti negalima. Pinigai nenurašyti. Grįžkite į parduotuvę ir apie tai praneškite.
choice-declined-title = Sumokėti nepavyko
choice-left-title = Išėjote nesumokėję
choice-left-body = Pinigai nenurašyti. Pasirinkite, kaip mokėsite.
choice-stale-title = Šis puslapis paseno
choice-stale-body = Pinigai nenurašyti. Pasirinkite dar kartą.
tile-bank = Jūsų internetinis bankas
tile-wallet = Jūsų sąskaita ten
tile-phone = Patvirtinimas SMS kodu
tile-card = Visa, Mastercard, Maestro
tile-cash = Grynaisiais su kodu
tile-coin = Iš savo piniginės
email-label = Jūsų el. paštas
email-hint = Kvitui ir žinutėms apie šį mokėjimą.
email-missing = Įveskite el. pašto adresą
email-invalid = Tai ne visas el. pašto adresas
another-way-button = Kitas mokėjimo būdas
place-title = Tęskite: { $place }
place-body = Mokėjimas ten laukia jūsų. Kol nepatvirtinsite, pinigai nebus nurašyti.
place-button = Eiti: { $place }
place-nothing-taken = Pinigai nenurašyti.
reason-account-funds = Toje sąskaitoje nepakanka pinigų. Pasirinkite kitą būdą arba papildykite sąskaitą.
reason-wrong-codes = Kodas per daug kartų įvestas neteisingai.
reason-place = Ten mokėjimą atmetė. Pasirinkite kitą būdą arba ten paklauskite priežasties.
reason-place-final = Ten mokėjimą atmetė. Priežasties paklauskite ten.
declined-final-next-place = Šio užsakymo čia apmokėti nebegalima. Norėdami bandyti dar kartą, grįžkite į parduotuvę ir užsisakykite iš naujo.
refunded-body-place = Pinigai išsiųsti ten, iš kur mokėjote. Paprastai jie ateina per kelias darbo dienas.
part-refunded-body-place = Užsakymas apmokėtas, o dalis pinigų išsiųsta ten, iš kur mokėjote. Paprastai jie ateina per kelias darbo dienas.
accepted-title = Mokėjimas pakeliui
accepted-body = Jis priimtas ir bus patvirtintas vėliau. Prašome nemokėti dar kartą.
accepted-next = Puslapį galite uždaryti: parduotuvė rezultatą sužinos pati.
accepted-simulator = Atidaryti simuliatorių
fact-place = Mokėta per
fact-place-tried = Bandyta per

## Bandomieji bankai, piniginės ir telefonai
errand-banner = Simuliatorius: tai ne tikras { $place }
errand-test-banner = Bandomasis mokėjimas: pinigai nejuda
errand-title = Mokėjimas: { $place }
errand-test-title = Bandomasis mokėjimas
errand-body = Dabar bankas ar piniginė paprašytų patvirtinti. Čia patys pasirenkate, kas bus.
errand-test-body = Parduotuvė šį užsakymą pažymėjo kaip bandomąjį. Pasirinkite, kaip jis baigsis.
errand-phone-body = Į šį telefoną ateitų SMS žinutė. Čia ji parodoma puslapyje, niekas nesiunčiama.
errand-code-body = Norėdami sumokėti, įveskite kodą iš žinutės.
errand-pay = Mokėti { $amount }
errand-later = Mokėti, patvirtinti vėliau
errand-unconfirmed = Mokėti, bankas niekada nepatvirtins
errand-person-label = Kas moka
errand-person-nobody = Kažkas, kurio bankas neįvardija
errand-person-hint = Ką bankas praneša parduotuvei: vardą, sąskaitą ir ar teisingas asmens kodas.
errand-decline = Nepakanka pinigų
errand-leave = Išeiti nesumokėjus
errand-accepted-title = { $place }: mokėjimas priimtas
errand-accepted-body = Kol jis nepatvirtintas, parduotuvė mato jį kaip priimtą, bet neapmokėtą.
errand-confirm = Patvirtinti dabar
errand-refuse = Vis dėlto atmesti
errand-back = Grįžti į mokėjimo puslapį
errand-late-title = Šis mokėjimas baigėsi
errand-late-body = Jo laikas pasibaigė arba jis pradėtas iš naujo kitoje kortelėje. Dabar sumokėti pinigai pavėluos: jie grįš jums, nebent parduotuvė sutiko priimti pavėluotus.
errand-phone-label = Mobiliojo telefono numeris
errand-phone-hint = Su šalies kodu. Tiks bet koks numeris.
errand-phone-wrong = Įveskite numerį, pvz., +370 612 34567
errand-phone-button = Atsiųsti kodą
errand-sent = Žinutė numeriu { $phone }
errand-message = { $code } – jūsų kodas sumokėti { $amount }. Niekam jo nesakykite.
errand-code-label = Kodas iš žinutės
errand-other-phone = Kitas numeris

## Bandomoji piniginė
inbox-title = Sąskaitos
inbox-invoice = Sąskaita { $number }
inbox-number = Sąskaita
inbox-purse = Iš jūsų piniginės
inbox-until = Apmokėti iki
inbox-refuse = Atsisakyti
inbox-left-alone = { $count ->
    [one] Nieko nedarykite, ir bandomasis savininkas pats sumokės po { $count } sekundės.
   *[other] Nieko nedarykite, ir bandomasis savininkas pats sumokės po { $count } sekundžių.
}
inbox-doomed-hint = { $amount } sąskaita skirta atsisakymui išbandyti: piniginė jos neapmokės.
inbox-open = laukia
inbox-paid = apmokėta
inbox-refused = atsisakyta
inbox-expired = pasibaigė
inbox-paid-title = Apmokėta
inbox-paid-body = { $shop } apie tai žino.
inbox-refused-title = Jūs atsisakėte mokėti
inbox-refused-body = Pinigai nenuskaičiuoti, { $shop } apie tai žino.
inbox-doomed-title = Piniginė atsisakė mokėti
inbox-doomed-body = { $amount } sąskaita skirta atsisakymui išbandyti. Pinigai nenuskaičiuoti.
inbox-expired-title = Laikas baigėsi
inbox-expired-body = Sąskaita laiku neapmokėta, dabar jos apmokėti nebegalima. Pinigai nenuskaičiuoti.
inbox-others = Kitos sąskaitos
inbox-empty-title = Sąskaitų nėra
inbox-empty-body = Nė viena parduotuvė šiam WMID sąskaitos neišsiuntė.

## Bandomasis telefonas
telephone-banner = Simuliatorius: tai ne tikras telefonas
telephone-name = Telefonas
telephone-title = Siųsti mokamą žinutę
telephone-body = Žinutę, prasidedančią vienu iš šių žodžių, apmoka šis telefonas. Parduotuvės atsakymas grįš čia.
telephone-no-keyword = Nė vienas bandomasis projektas neturi raktažodžio. Suteikite jį: payglot project set NAME paysera.keywords=TEA:50:https://shop.example/sms
telephone-from-label = Šio telefono numeris
telephone-text-label = Žinutė
telephone-text-hint = Pradėkite raktažodžiu, toliau rašykite, ką norite.
telephone-send = Siųsti
telephone-keyword-wrong = Pradėkite vienu iš aukščiau esančių raktažodžių. Pinigai nenuskaityti.
telephone-too-long = Žinutė per ilga. Pinigai nenuskaityti.
telephone-not-charged = Žinutės dabar išsiųsti nepavyko. Bandykite dar kartą.
telephone-sent-title = Jūsų žinutė
telephone-sent = Numeriu { $to }, { $price }
telephone-waiting = { $shop } dar neatsakė. Puslapis atsinaujins pats.
telephone-nothing = { $shop } žinutę gavo ir nieko neatsako.
telephone-text = { $shop } atsako:
telephone-later = { $shop } žinutę gavo ir atsakys vėliau. Puslapis atsinaujins pats.
telephone-push = { $shop } siunčia nuorodą:
telephone-given-up = { $shop } nepasiekiama: kelis kartus bandyta pranešti veltui.
telephone-another = Rašyti kitą žinutę

## Rezultatai
paid-title = Sumokėta. Ačiū!
paid-body = Mokėjimas pavyko. Daugiau nieko daryti nereikia.
paid-status = sumokėta
held-title = Suma rezervuota. Ačiū!
held-body = Suma rezervuota jūsų kortelėje. Ji bus nurašyta, kai parduotuvė patvirtins užsakymą, arba atlaisvinta, jei nepatvirtins.
held-status = rezervuota
declined-final-title = Mokėjimas nepavyko
declined-final-next = Šio užsakymo čia apmokėti nebegalima. Norėdami mokėti kita kortele, grįžkite į parduotuvę ir užsisakykite iš naujo.
declined-status = nesumokėta
expired-title = Laikas sumokėti baigėsi
expired-body = Pinigai nenurašyti. Grįžkite į parduotuvę ir užsisakykite iš naujo.
expired-status = pasibaigė
cancelled-title = Atšaukėte mokėjimą
cancelled-body = Pinigai nenurašyti. Jei persigalvosite, užsisakykite parduotuvėje iš naujo.
cancelled-status = atšaukta
already-paid-title = Šis užsakymas jau apmokėtas
already-paid-body = Pinigai nurašyti vieną kartą, dar kartą mokėti nereikia.
already-held-title = Suma jau rezervuota
already-held-body = Dar kartą mokėti nereikia. Pinigai bus nurašyti, kai parduotuvė patvirtins užsakymą.
voided-title = Rezervacija panaikinta
voided-body = Parduotuvė atlaisvino rezervuotą sumą, pinigai nebuvo nurašyti. Banko išraše ji gali būti matoma dar kelias dienas.
voided-status = atlaisvinta
refunded-title = Pinigai už užsakymą grąžinti
refunded-body = Pinigai išsiųsti atgal į kortelę. Paprastai jie ateina per kelias darbo dienas; jei neateina, kreipkitės į savo banką.
refunded-status = grąžinta
part-refunded-title = Dalis pinigų grąžinta
part-refunded-body = Užsakymas apmokėtas, o dalis pinigų išsiųsta atgal į kortelę. Paprastai jie ateina per kelias darbo dienas.
fact-card = Kortelė
fact-paid-at = Sumokėta
fact-held-at = Rezervuota
fact-refunded-at = Grąžinta
fact-refunded = Grąžinta suma
fact-time = Laikas
fact-reference = Mokėjimo numeris
copy-reference = Kopijuoti mokėjimo numerį
returning-in = { $count ->
    [one] Grąžinsime jus į parduotuvę po { $count } sekundės
    [few] Grąžinsime jus į parduotuvę po { $count } sekundžių
   *[other] Grąžinsime jus į parduotuvę po { $count } sekundžių
}
stay-here = Likti čia
staying = Liekate šiame puslapyje.

## Kai mokėti nėra už ką
not-found-title = Tokio užsakymo neradome
not-found-body = Galbūt nuoroda nepilna arba per sena. Ją atidarius pinigai nebuvo nurašyti. Grįžkite į parduotuvę ir dar kartą paspauskite „Mokėti“.
technical-title = Pas mus įvyko klaida
technical-body = Nepavyko parodyti puslapio. Jei jau paspaudėte „Mokėti“, kol kas nemokėkite dar kartą: po minutės vėl atidarykite šį puslapį ir pamatysite, kas su mokėjimu.
technical-reference = Jei tai pasikartos, pasakykite parduotuvei šį numerį:
too-many-title = Per daug bandymų
too-many-body = Saugodami korteles, po daugelio bandymų iš eilės darome pertrauką. Šis bandymas neatliktas.
too-many-wait = { $count ->
    [one] Bandykite po { $count } minutės.
    [few] Bandykite po { $count } minučių.
   *[other] Bandykite po { $count } minučių.
}

## Bandomojo banko patvirtinimo puslapis
acs-bank = Bandomasis bankas
acs-banner = Simuliatorius: tai ne tikras bankas
acs-title = Patvirtinkite mokėjimą
acs-body = Tikras bankas dabar atsiųstų kodą žinute arba paklaustų savo programėlėje.
acs-shop = Parduotuvė
acs-amount = Suma
acs-card = Kortelė
acs-code-label = Patvirtinimo kodas
acs-hint = Čia tinka kodai:
acs-fail-hint = Bet kuris kitas kodas neteisingas.
acs-button = Patvirtinti
acs-cancel = Nepatvirtinti
acs-wrong = { $count ->
    [one] Kodas neteisingas. Pinigai nenurašyti. Liko { $count } bandymas.
    [few] Kodas neteisingas. Pinigai nenurašyti. Liko { $count } bandymai.
   *[other] Kodas neteisingas. Pinigai nenurašyti. Liko { $count } bandymų.
}
acs-missing = Įveskite kodą. Pinigai nenurašyti.
acs-done-title = Grįžtame į parduotuvę
acs-done-body = Bankas baigė tikrinti. Netrukus grįšite į parduotuvę.
acs-done-button = Tęsti

refused-title = Šio mokėjimo pradėti negalima
refused-body = Pinigai nenurašyti. Parduotuvė turi pataisyti savo užklausą; praneškite jai šį kodą.
refused-code = Kodas:
refused-developer = Parduotuvės programuotojui
refused-parameter = Neteisingas parametras:
refused-signed = Ką turi apimti parašas (MD5, vietoje paskutinio žodžio – jūsų slaptažodis):
refused-signed-hmac = Ką turi apimti parašas (HMAC-SHA512 su jūsų slaptu raktu, base64):
refused-sign = Gautas parašas:
refused-fields = Užklausa, kaip ją perskaitėme:

## Piniginės, į kurias ateina sąskaita
wallet-title = Mokėjimas per { $wallet }
wallet-body = Į jūsų piniginę išsiųsime sąskaitą, apmokėkite ją ten.
wallet-account-label = Jūsų WMID
wallet-account-hint = 12 skaitmenų, kaip rodo jūsų piniginė
wallet-account-missing = Įveskite savo WMID
wallet-account-invalid = WMID sudaro 12 skaitmenų
wallet-first-name-label = Vardas
wallet-first-name-missing = Įveskite vardą
wallet-last-name-label = Pavardė
wallet-last-name-missing = Įveskite pavardę
wallet-units = Jūsų piniginėje
invoice-title = Apmokėkite sąskaitą per { $wallet }
invoice-body = Sąskaita jau jūsų piniginėje. Kol jos neapmokėsite, pinigai nebus nuskaityti.
invoice-number = Sąskaita
invoice-copy-number = Kopijuoti sąskaitos numerį
invoice-qr = Sąskaitos adresas telefono kamerai
invoice-waits = Laukiame jūsų mokėjimo. Puslapis pasikeis pats.

## Kortelės, kurias parduotuvė saugo vėlesniam laikui
card-registers = Mokėdami leidžiate „{ $shop }“ ir vėliau nurašyti pinigus iš šios kortelės, kaip esate sutarę.

## Vietoj žodžių apie mokėjimą
plain-time-left = Liko laiko
plain-minutes-left = { $count ->
    [one] Liko { $count } minutė
    [few] Liko { $count } minutės
   *[other] Liko { $count } minučių
}
plain-expired-title = Laikas baigėsi
plain-reason-limit = Kortelės limitas to neleidžia. Naudokite kitą kortelę arba kreipkitės į banką.
plain-reason-details = Patikrinkite kortelės numerį, galiojimo datą ir CVC kodą.
plain-reason-shop = Šios kortelės priimti nepavyko. Naudokite kitą kortelę arba kreipkitės į parduotuvę.
plain-reason-impossible = Ši kortelė čia netinka. Naudokite kitą kortelę.
plain-another-card = Naudoti kitą kortelę
plain-reference = Operacijos numeris
plain-copy-reference = Kopijuoti operacijos numerį

## Kortelės patikrinimas
verify-title = Kortelės patikrinimas – { $shop }
verify-heading = Kortelės patikrinimas
verify-lead = Bankas patikrins, ar kortelė veikia. Pinigai nenurašomi.
verify-button = Patikrinti kortelę
verify-registers = Patikrindami kortelę leidžiate „{ $shop }“ vėliau nurašyti iš jos pinigus, kaip esate sutarę.
verify-test-card = Patikrinta
verify-test-card-3ds = Patikrinta po 3-D Secure
verify-refused-title = Bankas nepatvirtino kortelės
verify-challenge-title = Patvirtinkite kortelę banke
verify-challenge-body = Bankas nori įsitikinti, kad kortelė jūsų. Pinigai nenurašomi.
verify-acs-title = Patvirtinkite, kad tai jūs
verify-wait-title = Bankas tikrina kortelę
verify-unknown-body = Bankas dar neatsakė, todėl nežinome, ar kortelė patvirtinta. Pinigai nenurašomi.
verify-unknown-next = Mes ir toliau klausiame banko. Puslapį galite uždaryti: parduotuvė sužinos rezultatą.
verified-title = Kortelė patikrinta
verified-body = Bankas patvirtino, kad ji veikia. Pinigai nenurašyti.
verified-status = patikrinta
verify-declined-title = Kortelės patikrinti nepavyko
verify-declined-next = Norėdami bandyti dar kartą arba su kita kortele, grįžkite į parduotuvę.
verify-declined-status = nepatikrinta
verify-expired-body = Kortelė nepatikrinta, pinigai nenurašyti. Norėdami bandyti dar kartą, grįžkite į parduotuvę.
verify-cancelled-title = Atšaukėte kortelės patikrinimą
verify-cancelled-body = Pinigai nenurašyti. Jei persigalvosite, pradėkite parduotuvėje iš naujo.

## Kortelė išsaugoma be mokėjimo
save-card-title = Kortelės išsaugojimas – { $shop }
save-card-heading = Kortelės išsaugojimas
save-card-lead = Kitiems mokėjimams parduotuvėje „{ $shop }“. Dabar pinigai nenurašomi, saugos kodas nesaugomas.
save-card-button = Išsaugoti kortelę
save-card-test-card = Galima išsaugoti
save-card-errors = { $count ->
    [one] Pataisykite { $count } laukelį. Kortelė neišsaugota.
    [few] Pataisykite { $count } laukelius. Kortelė neišsaugota.
   *[other] Pataisykite { $count } laukelių. Kortelė neišsaugota.
}
save-card-refused-title = Kortelė neišsaugota
save-card-expired-body = Kortelė neišsaugota. Grįžkite į parduotuvę ir pradėkite iš naujo.
card-saved-title = Kortelė išsaugota
card-saved-body = Parduotuvė ją išsaugojo kitiems jūsų mokėjimams. Pinigai nenurašyti.
card-saved-status = išsaugota

## Pinigai, kuriuos siunčia parduotuvė
payout-test-banner = Bandymas: pinigai nesiunčiami
payout-title = { $amount } iš „{ $shop }“
payout-lead = Šiuos pinigus jums siunčia „{ $shop }“.
payout-choice-title = Kur siųsti pinigus?
payout-nothing-title = Pinigų čia gauti negalima
payout-nothing = Čia nėra tinkamo būdo gauti šiuos pinigus. Grįžkite į parduotuvę ir apie tai praneškite.
payout-card-heading = Gavimas į kortelę
payout-wallet-title = Gavimas į „{ $wallet }“ piniginę
payout-wallet-body = Pinigai bus išsiųsti į piniginę su šiuo WMID.
payout-email-hint = Žinutėms apie šią išmoką.
payout-button = Gauti { $amount }
payout-button-mobile = Gauti
payout-test-card = Pinigai ateis
payout-errors = { $count ->
    [one] Pataisykite { $count } laukelį. Pinigai neišsiųsti.
    [few] Pataisykite { $count } laukelius. Pinigai neišsiųsti.
   *[other] Pataisykite { $count } laukelių. Pinigai neišsiųsti.
}
payout-stale-body = Pinigai neišsiųsti. Užpildykite formą dar kartą.
payout-nothing-sent = Pinigai neišsiųsti.
payout-tile-wallet = Į jūsų piniginę
payout-another-way = Kitas gavimo būdas
payout-reason-shop = Parduotuvė dabar negali išsiųsti pinigų. Kreipkitės į parduotuvę.
payout-reason-details = Patikrinkite kortelės numerį.
payout-reason-test-card = Bandomojoje aplinkoje pinigai siunčiami tik į bandomąsias išmokų korteles.
payout-reason-impossible = Į šią kortelę pinigų gauti negalima. Naudokite kitą kortelę.
payout-reason-place = Piniginė pinigų nepriėmė. Priežasties paklauskite ten arba kreipkitės į parduotuvę.
payout-wait-title = Pinigai siunčiami
payout-unknown-title = Laukiame atsakymo
payout-unknown-body = Dar nežinome, ar pinigai išsiųsti. Prašome jų dar kartą neužsakyti.
payout-unknown-next = Mes ir toliau aiškinamės. Puslapį galite uždaryti: parduotuvė sužinos rezultatą.
paid-out-title = Pinigai išsiųsti
paid-out-body = Paprastai jie ateina per kelias minutes, kai kuriuose bankuose – per kelias darbo dienas.
paid-out-status = išsiųsta
payout-declined-title = Išmoka atmesta
payout-declined-next = Grįžkite į parduotuvę ir paprašykite pinigų dar kartą.
payout-declined-status = neišsiųsta
payout-expired-body = Pinigai neišsiųsti. Grįžkite į parduotuvę ir paprašykite jų dar kartą.
payout-cancelled-title = Atšaukėte išmoką
payout-cancelled-body = Pinigai neišsiųsti. Jų galite paprašyti parduotuvėje dar kartą.
fact-paid-out-at = Išsiųsta
payout-fact-place = Gavėjas
