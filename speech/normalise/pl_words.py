"""Polish word lists: nouns whose gender their ending hides, and abbreviations."""

from __future__ import annotations

FEMININE = """adnotacja akcja aktualizacja aleja alergia ampułka apaszka aplikacja aukcja awaria bateria belka blizna blokada bluza bluzka
bombka bonifikata brama bramka bransoletka branża broszura brygada bułka butelka butla cegła cena centrala choinka choroba
chusta chwila ciąża ciotka córka cyfra czapka czekolada czekoladka część data dawka decyzja deklaracja delegacja deska dieta
dioda dniówka doba dolegliwość donica doniczka dopłata doręczycielka dostawa dostawka drabina droga drukarka drużyna
dziewczyna edycja egzekucja ekipa ekspertyza emerytura etykieta faktura farba filia filiżanka firanka firma fizjoterapeutka
forma formuła fotografia funkcja gąbka galeria gazeta głowa godzina gra granica grupa grzałka grzywna gwarancja gwiazdka hala
herbata hipoteka historia hospitalizacja hulajnoga hurtownia impreza infekcja informacja inspekcja instalacja instrukcja
instytucja integracja inwestycja jednostka joga kabina kadencja kamera kanapa kanapka kandydatka kapsułka kara karma karta
kartka kasa kategoria kawa kierowniczka kieszeń klasa klatka klientka kobieta kolacja kołdra kolejka kolekcja koleżanka
kolumna kombinacja komisja komoda komórka kondygnacja konferencja konsola konsultacja konsultantka kontrola koparka koperta
kopia korekta korona koronka kość kosmetyczka kostka koszula koszulka krawędź kredka kreska kropka kropla kroplówka książka
kuchenka kuchnia kurierka kurtka kuweta kwarantanna kwatera kwestia kwota ładowarka lalka lampa lampka latarka łazienka
legitymacja lekarka lekcja lektorka lektura licencja licówka licytacja liczba linia linijka litera lodówka łódź lokalizacja
lokata łyżeczka łyżka marka marynarka maść maseczka maska maszyna maszynka mata metka miara minuta miska moneta możliwość
mysz myszka nadgodzina nadpłata nagroda nakładka naklejka należność naprawa nauczycielka nazwa negocjacja nerka niedopłata
niedziela noc noga norma nota notatka nowość obietnica obniżka obrączka obsługa obudowa ocena odmiana odpowiedź odprawa
odsetka odznaka odżywka oferta okazja okolica opaska opcja operacja opinia opłata opona opowieść organizacja osłona osoba
pacjentka paczka paczuszka paleta pamiątka para partia patelnia pensja pieczęć pielęgniarka pigułka piła piłka piosenka
piżama pizza plansza platforma płatność plomba płyta płytka pocztówka podkładka podróż podstawa poduszka podwyżka pokrywa
polisa półka połowa pomoc pompa pompka poprawka pora porada poradnia porcja posada pościel postać powieść powłoka pozycja
pożyczka praca praktyka pralka premia prezentacja próba próbka procedura promocja propozycja prośba proteza prowizja
przedpłata przekąska przeprowadzka przerwa przesiadka przesłanka przestrzeń przesyłka przychodnia przyczyna przypadłość
przysługa publikacja pula pułapka puszka rada rakieta rama ramka rana rata reakcja recenzja recepta referencja reguła
rehabilitacja rejestracja rejestratorka ręka rękawica rękawiczka reklama reklamacja rekomendacja rekrutacja rekruterka
relacja rezerwacja rodzina rola roleta rolka roślina róża rozmowa rozprawa rubryka runda rura rzecz sadzonka sala sałatka
saszetka scena ściana ścierka ścieżka sekcja sekunda seria sesja setka sieć siostra skala skarbonka skarga skarpeta skarpetka
składka skórka skrzynia skrzynka słuchawka smycz sobota sofa specjalistka specyfikacja spłata spódnica spółka sprawa
sprzedawczyni środa śruba stacja stawka stopa strata strefa strona struktura strzykawka studentka subskrypcja sukienka suma
sumka suszarka świeca świeczka szafa szafka szansa szczepionka szczoteczka szczotka szklanka szkoda szkoła sztuka szuflada
szyba tabela tabletka tablica taca taryfa taśma technologia teczka teleporada terapia tona torba torebka transakcja transza
trasa treść truskawka tubka uczelnia uczennica uczestniczka ugoda ulga ulica ulotka umiejętność umowa usługa usterka uwaga
wada walizka wanna warstwa wątpliwość wersalka wersja wiadomość wideokonsultacja wideorozmowa wiertarka wierzytelność wieża
windykacja wizyta wizytówka wkładka wkrętarka wpłata wskazówka wycena wycieczka wymiana wypłata wystawa wysyłka zabawa
zabawka zagadka zaległość zaleta zaliczka zapalniczka zapiekanka zapłata żarówka zasada zasłona zawieszka zgoda zgrzewka
zmiana zmywarka zniżka żona zupa żyła"""
"""Feminine nouns of shops, clinics, debts and jobs in the nominative singular: their plural in -y, -i, -e looks masculine."""

PERSONS = """pracownik pracownicy pracowników|klient klienci klientów|lekarz lekarze lekarzy|kandydat kandydaci kandydatów
konsultant konsultanci konsultantów|pacjent pacjenci pacjentów|użytkownik użytkownicy użytkowników|kurier kurierzy kurierów
doradca doradcy doradców|specjalista specjaliści specjalistów|programista programiści programistów|kierowca kierowcy kierowców
rekruter rekruterzy rekruterów|uczestnik uczestnicy uczestników|gość goście gości|mężczyzna mężczyźni mężczyzn|student studenci studentów
uczeń uczniowie uczniów|nauczyciel nauczyciele nauczycieli|inżynier inżynierowie inżynierów|kierownik kierownicy kierowników
menedżer menedżerowie menedżerów|sprzedawca sprzedawcy sprzedawców|magazynier magazynierzy magazynierów|dłużnik dłużnicy dłużników
wierzyciel wierzyciele wierzycieli|świadek świadkowie świadków|sąsiad sąsiedzi sąsiadów|brat bracia braci|syn synowie synów
rodzic rodzice rodziców|chłopiec chłopcy chłopców|człowiek ludzie ludzi|partner partnerzy partnerów|dostawca dostawcy dostawców
dentysta dentyści dentystów|aplikant aplikanci aplikantów|stażysta stażyści stażystów|agent agenci agentów|operator operatorzy operatorów
technik technicy techników|asystent asystenci asystentów|członek członkowie członków|właściciel właściciele właścicieli
odbiorca odbiorcy odbiorców|nadawca nadawcy nadawców|opiekun opiekunowie opiekunów|kolega koledzy kolegów|pan panowie panów
analityk analitycy analityków|deweloper deweloperzy deweloperów|tester testerzy testerów|poręczyciel poręczyciele poręczycieli
współpracownik współpracownicy współpracowników|mieszkaniec mieszkańcy mieszkańców|chirurg chirurdzy chirurgów|monter monterzy monterów
fizjoterapeuta fizjoterapeuci fizjoterapeutów|windykator windykatorzy windykatorów|kasjer kasjerzy kasjerów|ekspert eksperci ekspertów
spawacz spawacze spawaczy|elektryk elektrycy elektryków|ślusarz ślusarze ślusarzy|kucharz kucharze kucharzy|kelner kelnerzy kelnerów
psycholog psycholodzy psychologów|lider liderzy liderów|rozmówca rozmówcy rozmówców|trener trenerzy trenerów|murarz murarze murarzy
handlowiec handlowcy handlowców|administrator administratorzy administratorów
pracodawca pracodawcy pracodawców|księgowy księgowi księgowych"""
"""Men: nominative singular, nominative and genitive plural. Numerals before them have forms of their own."""

_WEEKDAYS = (
    ("pon.", "poniedziałek", "poniedziałku", "poniedziałek"),
    ("pn.", "poniedziałek", "poniedziałku", "poniedziałek"),
    ("wt.", "wtorek", "wtorku", "wtorek"),
    ("śr.", "środa", "środy", "środę"),
    ("czw.", "czwartek", "czwartku", "czwartek"),
    ("pt.", "piątek", "piątku", "piątek"),
    ("sob.", "sobota", "soboty", "sobotę"),
    ("sb.", "sobota", "soboty", "sobotę"),
    ("niedz.", "niedziela", "niedzieli", "niedzielę"),
    ("ndz.", "niedziela", "niedzieli", "niedzielę"),
    ("nd.", "niedziela", "niedzieli", "niedzielę"),
)
"""Abbreviation, nominative, genitive, accusative, from Monday on."""


def _weekdays() -> dict[str, str]:
    """Days alone and after a preposition, with and without the dot."""
    found: dict[str, str] = {}
    for day, nominative, genitive, accusative in _WEEKDAYS:
        found |= {day: nominative, f"do {day}": f"do {genitive}", f"od {day}": f"od {genitive}"}
        found |= {f"{before} {day}": f"{before} {accusative}" for before in ("w", "we", "na")}
    return found | {short.replace(".", ""): said for short, said in found.items()}


ABBREVIATIONS: dict[str, str] = {
    **_weekdays(),
    "24/7": "dwadzieścia cztery na siedem",
    # addresses
    "ul.": "ulica",
    "na ul.": "na ulicy",
    "przy ul.": "przy ulicy",
    "z ul.": "z ulicy",
    "al.": "aleja",
    "przy al.": "przy alei",
    "pl.": "plac",
    "przy pl.": "przy placu",
    "na pl.": "na placu",
    "os.": "osiedle",
    "Jana Pawła II": "Jana Pawła drugiego",
    "Jana III Sobieskiego": "Jana trzeciego Sobieskiego",
    "Bolesława III": "Bolesława trzeciego",
    "Kazimierza III": "Kazimierza trzeciego",
    "Zygmunta III": "Zygmunta trzeciego",
    "Piusa XI": "Piusa jedenastego",
    "Jana XXIII": "Jana dwudziestego trzeciego",
    "lok.": "lokal",
    "pok.": "pokój",
    "gab.": "gabinet",
    "zam.": "zamieszkały",
    "rej.": "rejestracyjny",
    "woj.": "województwo",
    "pow.": "powiat",
    "gm.": "gmina",
    "św.": "świętego",
    "ks.": "księdza",
    # numbers and times
    "nr": "numer",
    "nr ref.": "numer referencyjny",
    "tel.": "telefon",
    "kom.": "komórkowy",
    "wew.": "wewnętrzny",
    "godz.": "godzina",
    "o godz.": "o godzinie",
    "po godz.": "po godzinie",
    "do godz.": "do godziny",
    "od godz.": "od godziny",
    "ok. godz.": "około godziny",
    "około godz.": "około godziny",
    "na godz.": "na godzinę",
    "przed godz.": "przed godziną",
    "między godz.": "między godziną",
    "pomiędzy godz.": "pomiędzy godziną",
    "w godz.": "w godzinach",
    "r.": "roku",
    "br.": "bieżącego roku",
    "ub.r.": "ubiegłego roku",
    "ub. r.": "ubiegłego roku",
    "ubr.": "ubiegłego roku",
    "bm.": "bieżącego miesiąca",
    "p.n.e.": "przed naszą erą",
    "n.e.": "naszej ery",
    "dn.": "dnia",
    "w dn.": "w dniu",
    # quantities
    "zł": "złotych",
    "gr": "groszy",
    "(zł)": "w złotych",
    "(PLN)": "w złotych",
    "(EUR)": "w euro",
    "(€)": "w euro",
    "szt.": "sztuk",
    "szt": "sztuk",
    "za szt.": "za sztukę",
    "za os.": "za osobę",
    "na os.": "na osobę",
    "za godz.": "za godzinę",
    "za mies.": "za miesiąc",
    "na mies.": "na miesiąc",
    "tys.": "tysięcy",
    "mln": "milionów",
    "mld": "miliardów",
    "mies.": "miesięcy",
    "m-c": "miesiąc",
    "m-ce": "miesiące",
    "tyg.": "tygodni",
    "tydz.": "tydzień",
    "/tydz.": "tygodniowo",
    "/mies.": "miesięcznie",
    "/os.": "na osobę",
    "/szt.": "za sztukę",
    "/h": "na godzinę",
    "p.p.": "punktów procentowych",
    "min.": "minimum",
    "maks.": "maksymalnie",
    "max.": "maksymalnie",
    "ok.": "około",
    # joining words
    "np.": "na przykład",
    "itd.": "i tak dalej",
    "itp.": "i tym podobne",
    "m.in.": "między innymi",
    "m. in.": "między innymi",
    "tzn.": "to znaczy",
    "tj.": "to jest",
    "tzw.": "tak zwany",
    "wg": "według",
    "ww.": "wyżej wymienione",
    "jw.": "jak wyżej",
    "dot.": "dotyczy",
    "kat.": "kategorii",
    "ds.": "do spraw",
    "ew.": "ewentualnie",
    "cd.": "ciąg dalszy",
    "cdn.": "ciąg dalszy nastąpi",
    "zob.": "zobacz",
    "str.": "strona",
    "s.": "strona",
    "pkt": "punkt",
    "pkt.": "punkt",
    "ust.": "ustęp",
    "art.": "artykuł",
    "zał.": "załącznik",
    "jęz.": "język",
    "ang.": "angielski",
    "z o.o.": "z ograniczoną odpowiedzialnością",
    # people
    "dr": "doktor",
    "dr.": "doktora",
    "dr hab.": "doktor habilitowany",
    "prof.": "profesor",
    "mgr": "magister",
    "inż.": "inżynier",
    "mgr inż.": "magister inżynier",
    "lek.": "lekarz",
    "n. med.": "nauk medycznych",
    "lek. med.": "lekarz medycyny",
    "lek. dent.": "lekarz dentysta",
    "lek. stom.": "lekarz stomatolog",
    "hab.": "habilitowany",
    "dyr.": "dyrektor",
    "kier.": "kierownik",
    "mec.": "mecenas",
    "adw.": "adwokat",
    "piel.": "pielęgniarka",
    # firms
    "sp. z o.o.": "spółka z ograniczoną odpowiedzialnością",
    "sp. z o. o.": "spółka z ograniczoną odpowiedzialnością",
    "sp.": "spółka",
    "S.A.": "es a",
    "s.c.": "spółka cywilna",
    "sp.j.": "spółka jawna",
    "sp. j.": "spółka jawna",
    "sp.k.": "spółka komandytowa",
    "sp. k.": "spółka komandytowa",
    # words in capitals with a reading of their own
    "VAT": "wat",
    "PESEL": "pesel",
    "NIP": "nip",
    "REGON": "regon",
    "PIT": "pit",
    "CIT": "cit",
    "ZUS": "zus",
    "RODO": "rodo",
    "PIN": "pin",
    "BLIK": "blik",
    "BIK": "bik",
    "SMS": "es em es",
    "SMS-owy": "es em esowy",
    "SMS-owo": "es em esowo",
    "MMS": "em em es",
    "PDF": "pe de ef",
    "RTV": "er te fał",
    "TV": "te fał",
    "CV": "si wi",
    "IT": "aj ti",
    "HR": "ha er",
    "B2B": "bi tu bi",
    "B2C": "bi tu si",
    "UoP": "umowa o pracę",
    "UOP": "umowa o pracę",
    "NFZ": "en ef zet",
    "SOR": "sor",
    "POZ": "pe o zet",
    "COVID": "kowid",
    "USB-C": "u es be ce",
    "LED": "led",
    "RAM": "ram",
    "SIM": "sim",
    "eSIM": "i sim",
    "WiFi": "łaj faj",
    "Wi-Fi": "łaj faj",
    "STOP": "stop",
    "START": "start",
    "TAK": "tak",
    "NIE": "nie",
    "BOK": "bok",
    "PLN": "złotych",
    "EUR": "euro",
    "USD": "dolarów",
    "ID": "aj di",
    "OK": "okej",
    "ok": "okej",
    "FAQ": "ef a ku",
    "InPost": "inpost",
    "InPostu": "inpostu",
    "InPostem": "inpostem",
    "InPoście": "inpoście",
    "PayPal": "pejpal",
    "PayPo": "pejpo",
    "PayU": "pej ju",
    "Przelewy24": "przelewy dwadzieścia cztery",
    "mBank": "em bank",
    "mBanku": "em banku",
    "iPhone": "ajfon",
    "YouTube": "jutub",
    "Facebook": "fejsbuk",
    "Facebooku": "fejsbuku",
    "WhatsApp": "łotsap",
    "WhatsAppie": "łotsapie",
    "Messenger": "mesendżer",
    "e-mail": "imejl",
    "e-maila": "imejla",
    "e-mailem": "imejlem",
    "e-mailu": "imejlu",
    "e-maile": "imejle",
    "e-maili": "imejli",
    "e-mailowy": "imejlowy",
    "e-mailowo": "imejlowo",
    "email": "imejl",
    "emaila": "imejla",
    "emailem": "imejlem",
    "mail": "mejl",
    "maila": "mejla",
    "mailem": "mejlem",
    "mailu": "mejlu",
    "maile": "mejle",
    "maili": "mejli",
    "mailowo": "mejlowo",
    "e-recepta": "e recepta",
    "e-recepty": "e recepty",
    "e-receptę": "e receptę",
    "e-skierowanie": "e skierowanie",
    "e-faktura": "e faktura",
    "e-fakturę": "e fakturę",
    "online": "onlajn",
    "on-line": "onlajn",
}
"""Written → spoken. Words in capitals that are not here are spelled."""
